package raylift.bridge;

import java.util.Map;

/** Knows which class answers which request. */
class Requests {

    Requests(Session session) {
        _session = session;
    }

    Object carryOut(Map<String, Object> request) throws Exception {
        String kind = String.valueOf(request.get("request"));

        if (kind.equals("connect")) {
            return _session.connect(request);
        }

        Catalog catalog = new Catalog(_session.connection());

        switch (kind) {
            case "release-rows":
                return new ReleaseRows(catalog).read();
            case "tables":
                return new TableCounts(catalog).read();
            case "configurations":
                return new Configurations(catalog).read();
            case "documents":
                return new Documents(catalog).read((Long)request.get("most"), (Long)request.get("below"));
            case "core-row":
                return new CoreRow(catalog).read();
            case "put-core-row":
                return new CoreRow(catalog).put(request);
            case "schema":
                return new Schema(catalog).read();
            case "writes":
                return new Writes(catalog).read((String)request.get("since"));
            case "query":
                return new Query(catalog).read((String)request.get("sql"), (Long)request.get("most"));
            case "digest":
                return new TableDigest(catalog).read((String)request.get("table"));
            case "shut-down":
                return _session.shutDown();
            default:
                throw new IllegalArgumentException("there is no request " + kind);
        }
    }

    private final Session _session;

}
