package raylift.bridge;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Describes what went wrong so that the other side can tell the cases apart. */
class Failure {

    /** State and vendor code of the first {@link SQLException} in the chain; the messages of the whole chain. */
    static Map<String, Object> describe(Throwable throwable) {
        Map<String, Object> failure = new LinkedHashMap<>();
        StringBuilder message = new StringBuilder();

        failure.put("kind", throwable.getClass().getName());
        failure.put("state", null);
        failure.put("vendor", null);

        int depth = 0;

        for (Throwable cause = throwable; cause != null && depth < 10; cause = cause.getCause(), depth++) {
            if (cause instanceof SQLException && failure.get("vendor") == null) {
                SQLException sqlException = (SQLException)cause;

                failure.put("state", sqlException.getSQLState());
                failure.put("vendor", sqlException.getErrorCode());
            }

            String text = cause.getMessage() == null ? cause.getClass().getName() : cause.getMessage();

            if (message.indexOf(text) < 0) {
                message.append(message.length() == 0 ? "" : ": ").append(text);
            }
        }

        failure.put("message", message.toString());

        return failure;
    }

}
