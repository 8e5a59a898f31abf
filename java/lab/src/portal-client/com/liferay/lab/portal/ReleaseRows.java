package com.liferay.lab.portal;

import com.liferay.portal.kernel.model.Release;
import com.liferay.portal.model.impl.ReleaseImpl;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

import javax.sql.DataSource;

/** Plain JDBC in place of Liferay's Hibernate persistence for table Release_; each write is committed at once. */
class ReleaseRows {

    ReleaseRows(DataSource dataSource) {
        _dataSource = dataSource;
    }

    /** The persistence that the real ReleaseLocalServiceImpl calls. */
    Object persistence() throws ClassNotFoundException {
        return Stubs.proxy(
            "com.liferay.portal.kernel.service.persistence.ReleasePersistence",
            (proxy, method, arguments) -> _call(method, arguments));
    }

    private Object _call(Method method, Object[] arguments) throws SQLException {
        switch (method.getName()) {
            case "create":
                Release release = new ReleaseImpl();

                release.setNew(true);
                release.setPrimaryKey((Long)arguments[0]);

                return release;
            case "fetchByServletContextName":
                return _first("where servletContextName = ?", arguments[0]);
            case "fetchByPrimaryKey":
            case "findByPrimaryKey":
                return _first("where releaseId = ?", arguments[0]);
            case "findAll":
                return _read("order by releaseId", null);
            case "update":
                return _write((Release)arguments[0]);
            default:
                throw new UnsupportedOperationException("ReleasePersistence." + method.getName());
        }
    }

    private Release _first(String condition, Object value) throws SQLException {
        List<Release> releases = _read(condition, value);

        return releases.isEmpty() ? null : releases.get(0);
    }

    private List<Release> _read(String tail, Object value) throws SQLException {
        List<Release> releases = new ArrayList<>();

        try (Connection connection = _dataSource.getConnection();
            PreparedStatement statement = connection.prepareStatement("select * from Release_ " + tail)) {

            if (value != null) {
                statement.setObject(1, value);
            }

            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    releases.add(_release(rows));
                }
            }
        }

        return releases;
    }

    private Release _release(ResultSet row) throws SQLException {
        Release release = new ReleaseImpl();

        release.setMvccVersion(row.getLong("mvccVersion"));
        release.setReleaseId(row.getLong("releaseId"));
        release.setCreateDate(row.getTimestamp("createDate"));
        release.setModifiedDate(row.getTimestamp("modifiedDate"));
        release.setServletContextName(row.getString("servletContextName"));
        release.setSchemaVersion(row.getString("schemaVersion"));
        release.setBuildNumber(row.getInt("buildNumber"));
        release.setBuildDate(row.getTimestamp("buildDate"));
        release.setVerified(row.getBoolean("verified"));
        release.setState(row.getInt("state_"));
        release.setTestString(row.getString("testString"));
        release.setNew(false);

        return release;
    }

    private Release _write(Release release) throws SQLException {
        boolean added = release.isNew();

        // The real ReleasePersistenceImpl.updateImpl sets this date on every update, too.
        release.setModifiedDate(new Date());

        try (Connection connection = _dataSource.getConnection();
            PreparedStatement statement = connection.prepareStatement(added ? _INSERT : _UPDATE)) {

            statement.setLong(1, release.getMvccVersion() + (added ? 0 : 1));
            statement.setTimestamp(2, _timestamp(release.getCreateDate()));
            statement.setTimestamp(3, _timestamp(release.getModifiedDate()));
            statement.setString(4, release.getServletContextName());
            statement.setString(5, release.getSchemaVersion());
            statement.setInt(6, release.getBuildNumber());
            statement.setTimestamp(7, _timestamp(release.getBuildDate()));
            statement.setBoolean(8, release.isVerified());
            statement.setInt(9, release.getState());
            statement.setString(10, release.getTestString());
            statement.setLong(11, release.getReleaseId());
            statement.executeUpdate();
        }

        release.setNew(false);

        return release;
    }

    private static Timestamp _timestamp(Date date) {
        return (date == null) ? null : new Timestamp(date.getTime());
    }

    private static final String _INSERT =
        "insert into Release_ (mvccVersion, createDate, modifiedDate, servletContextName, schemaVersion, buildNumber, " +
            "buildDate, verified, state_, testString, releaseId) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private static final String _UPDATE =
        "update Release_ set mvccVersion = ?, createDate = ?, modifiedDate = ?, servletContextName = ?, " +
            "schemaVersion = ?, buildNumber = ?, buildDate = ?, verified = ?, state_ = ?, testString = ? " +
                "where releaseId = ?";

    private final DataSource _dataSource;

}
