//! The stable codes of findings and errors. `docs/errors/CODE.md` has a page for each.
//!
//! A code's meaning never changes; a new meaning takes a new number. Ranges: 01 survey of a site, 02 release and
//! archive, and the site's configuration under it, 03 plan, 04 run engine, 05 database, 06 application server, 07
//! health, 08 rollback and commit, 09 command line, 10 backups.

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal;)*) => {
        $(#[doc = $title] pub const $name: &str = $code;)*

        /// Every code with its title, in order.
        pub const ALL: &[(&str, &str)] = &[$(($code, $title)),*];
    };
}

codes! {
    HOME_NOT_FOUND = "RL0101", "the folder is not a Liferay home";
    HOME_THROUGH_LINK = "RL0102", "the home is reached through a symbolic link";
    HOME_NOT_WRITABLE = "RL0103", "raylift may not write below the home";
    MOUNT_INSIDE = "RL0104", "a file system is mounted inside a folder that would be exchanged";
    CLUSTERED = "RL0105", "the site is clustered";
    CONTAINER = "RL0106", "the server runs in a container";
    USER_HOME_PROPERTIES = "RL0107", "portal-ext.properties lies in the user's home folder";
    PROC_UNREADABLE = "RL0108", "the server process could not be read";
    VERSION_UNKNOWN = "RL0109", "the installed version could not be determined";
    VERSION_DISAGREES = "RL0110", "pieces of evidence about the version disagree";
    UNKNOWN_ENTRY = "RL0111", "an entry of the home is not known";
    FILE_UNREADABLE = "RL0112", "a file could not be read";
    BUNDLE_UNREADABLE = "RL0113", "a bundle could not be read";
    DISK_TOO_SMALL = "RL0114", "there is not enough free space";
    DOCUMENTS_MISSING = "RL0115", "rows of documents have no file in the store";
    STORE_NOT_FILES = "RL0116", "the document store is not a folder";
    SPLIT_TOMCAT = "RL0117", "catalina.base and catalina.home differ";
    CONFIGURATION_ORPHAN = "RL0118", "a configuration row's file is missing";

    ARCHIVE_UNREADABLE = "RL0201", "the archive is damaged or cut short";
    ARCHIVE_CHECKSUM = "RL0202", "the archive does not have the published checksum";
    NOT_A_RELEASE = "RL0203", "the archive or folder is not a Liferay release";
    ARCHIVE_UNSAFE = "RL0204", "the archive holds an entry that could leave its folder";
    ARCHIVE_DUPLICATE = "RL0205", "the archive holds a name twice";
    ARCHIVE_BOMB = "RL0206", "the archive unpacks to far more than it should";
    NOT_NEWER = "RL0207", "the release is not newer than the installed one";
    SAME_RELEASE = "RL0208", "the release is the installed one";
    LAYOUT_UNSUPPORTED = "RL0209", "the layout of this release is not supported yet";
    NO_CHECKSUM = "RL0210", "there is no published checksum beside the archive";
    CORE_UNDETERMINED = "RL0211", "the core's upgrade steps could not be determined";
    OLD_RELEASE_DIFFERS = "RL0212", "the release given as the installed one is another";
    NO_SUCH_RELEASE = "RL0213", "there is no such archive or folder";
    HOT_FIX_GOES = "RL0255", "hot fixes of the old release go away with it";
    DRIVER_MOVES = "RL0256", "the site's JDBC driver is carried to where it is found";
    DRIVER_SUPERSEDED = "RL0257", "the release brings the site's JDBC driver";
    LIBRARY_TWICE = "RL0258", "two versions of one library would lie beside each other";
    MODULE_TWICE = "RL0259", "a module of the site and the release's would lie beside each other";
    DESCRIPTOR_EDITED = "RL0260", "an edited description of the web application must be resolved by name";
    NOT_READ_ANY_MORE = "RL0261", "the release does not read a file of the site as the old one did";
    DROPPED_BY_RULE = "RL0262", "files go away because only the product puts files there";
    PRODUCT_FOLDER = "RL0263", "a folder of the product is exchanged as a whole, or stays";
    DOCUMENT_SIZES = "RL0264", "documents have another size than their rows say";
    DOCUMENTS_SURPLUS = "RL0265", "files of the document store belong to no row";
    WITHOUT_CONTENT = "RL0266", "a pipe, a socket or a device is not carried";
    DEPLOYMENT_WAITING = "RL0267", "deployments wait for the server";
    OTHER_APPLICATION = "RL0268", "other web applications run in the site's Tomcat";
    THEME_OF_OLD_LINE = "RL0269", "a theme was built for an older line of releases";
    PROPERTIES_REFUSED = "RL0225", "the portal goes on without a whole properties file";
    PROPERTIES_CYCLE = "RL0226", "properties files include each other";
    PROPERTIES_INCLUDE = "RL0227", "an included properties file is not read";
    PROPERTIES_TEXT = "RL0228", "a properties file holds what is hardly meant";
    PROPERTIES_REPEATED = "RL0229", "a properties file is read more than once";
    PROPERTIES_VARIABLE = "RL0230", "an environment variable does not set what it seems to set";
    PROPERTIES_COMPANY = "RL0231", "properties are set for single companies";
    SYSTEM_PROPERTIES_REFUSED = "RL0232", "a file of Java properties keeps the server from starting";
    PROPERTIES_SEVERAL = "RL0233", "a property is set in several places";
    PROPERTIES_LINK = "RL0234", "a properties file is a link out of the home";
    CONFIGURATION_LOST = "RL0235", "the new release takes less out of a configuration file than the old one";
    CONFIGURATION_FAULT = "RL0236", "a configuration file has lines that the server does not read as they were meant";
    CONFIGURATION_TYPE = "RL0237", "a configuration's value does not suit its attribute";
    CONFIGURATION_GONE = "RL0238", "a configuration belongs to nothing in the new release";
    CONFIGURATION_UNKNOWN = "RL0239", "a configuration is described by no bundle";
    CONFIGURATION_KEY_UNKNOWN = "RL0240", "a configuration has a key that nothing reads";
    CONFIGURATION_RENAMED = "RL0241", "a configuration has another name in the new release";
    CONFIGURATION_MISPLACED = "RL0242", "a configuration file lies where the new release does not read it";
    CONFIGURATION_NAME = "RL0243", "the name of a configuration file is not one that the server knows";
    CONFIGURATION_ENCODING = "RL0244", "a configuration file is not written in the encoding that the server reads";
    CONFIGURATION_TWICE = "RL0245", "two files hold one configuration";
    CONFIGURATION_CFG = "RL0246", "the new release does not read .cfg files";
    CONFIGURATION_ROW_DIFFERS = "RL0247", "a configuration file and its row say something else";
    CONFIGURATION_ROW_PATH = "RL0248", "a configuration row names a file that the new release will not find again";
    CONFIGURATION_ROW_ONLY = "RL0249", "configurations are in the database only";
    STORE_IN_DATABASE = "RL0250", "the document store's settings are in the database only";
    CONFIGURATION_UNREADABLE = "RL0251", "a configuration could not be read";

    APP_SERVER_MERGED = "RL0270", "a file of the application server is merged";
    APP_SERVER_CONFLICT = "RL0271", "the site and the release changed the same place of a file of the application server";
    APP_SERVER_NOT_MERGED = "RL0272", "a file of the application server cannot be merged";
    JAVA_OPTION_REFUSED = "RL0273", "the site's Java refuses an option";
    HEAP_SMALLER = "RL0274", "the server gets less memory than the release gives itself";
    OPTIONS_ELSEWHERE = "RL0275", "the server does not get its options from setenv.sh";
    JAVA_LEVEL = "RL0276", "the release does not fit the site's Java";
    TOMCAT_FOLDER_KEPT = "RL0277", "the bundle's Tomcat takes the name of the site's";
    DRIVER_LOST = "RL0278", "the site's JDBC driver lies where the release has another JAR";

    PROPERTY_CARRIED = "RL0285", "old keys of properties are brought to the new release";
    PROPERTY_STOPS_THE_SERVER = "RL0286", "a property would keep the new release from starting";
    PROPERTY_LEFT = "RL0287", "a property loses its effect and raylift cannot carry it over";
    PROPERTY_OBSOLETE = "RL0288", "a property is no longer read by the new release";
    PROPERTY_HAD_NO_EFFECT = "RL0289", "a property has no effect in the installed release either";
    PROPERTY_GONE = "RL0290", "a property is no longer shipped, and its successor is not known";
    PROPERTY_DEFAULT_CHANGED = "RL0291", "a property that the site sets has another default";
    PROPERTIES_UNDETERMINED = "RL0292", "what the release says about properties could not be read";
    CONFIGURATION_CARRIED = "RL0293", "configuration files are carried in another form or under another name";
    CHANGES_MEET = "RL0294", "two changes of one file meet";
    PROPERTIES_OF_SCRIPT = "RL0295", "properties that the start script sets are seen only while the server runs";

    REQUIRED_CORE_STEPS = "RL0301", "the core needs upgrade steps before the server starts";
    OPTIONAL_CORE_STEPS = "RL0302", "the core has optional upgrade steps";
    REQUIRED_MODULE_STEPS = "RL0303", "a module needs upgrade steps";
    OPTIONAL_MODULE_STEPS = "RL0304", "a module has optional upgrade steps";
    NEW_MODULE = "RL0305", "a new module creates its tables";
    MODULE_UNDETERMINED = "RL0306", "a module's upgrade steps cannot be determined";
    RELEASE_STATE = "RL0307", "a row of Release_ is not in state 0";
    INTERMEDIATE_VERSION = "RL0308", "a row of Release_ stands between two schema versions";
    DATABASE_AHEAD = "RL0309", "the database is ahead of the release";
    FILE_CARRIED = "RL0310", "a file of the site is carried over";
    FILE_DROPPED = "RL0311", "a file of the old release goes away";
    CONFIGURATION_BOTH_CHANGED = "RL0312", "a configuration file was changed by the site and by the release";
    OVERRIDE_CARRIED = "RL0313", "an override shadows a module of the new release";
    HEADER_AND_CHAIN_DIFFER = "RL0315", "a module's header and the end of its upgrade steps differ";
    WAY_BACK_RESTORES = "RL0317", "going back restores the return point";
    JAVA_UNSUITABLE = "RL0318", "the site's Java cannot run the upgrade";
    CORE_ROW_MISSING = "RL0319", "table Release_ has no row for the core";
    APP_SERVER_BLOCKED = "RL0320", "a file of the application server differs and must be resolved by name";
    CORE_STEPS_NEVER_RAN = "RL0321", "the release has core steps below the database's version that never ran on it";
    CORE_STEPS_DIFFER = "RL0322", "a core version stands for different steps in the two releases";
    CORE_STEPS_DEPEND = "RL0323", "what some core steps do depends on the database";
    CORE_TABLE_MISSING = "RL0324", "core steps change tables that the database lacks";
    VERSION_EMPTY = "RL0325", "a row of Release_ has no schema version";
    ROW_WITHOUT_MODULE = "RL0326", "rows of Release_ belong to no module of the release";
    TABLES_WITHOUT_ROW = "RL0327", "a module's tables are there, but it has no row in Release_";
    MODULE_AHEAD = "RL0328", "a module's row is ahead of the release";
    NO_WAY_TO_HEADER = "RL0329", "no upgrade steps lead to the version that a module needs";
    COMPONENT_STAYS_OFF = "RL0330", "components will find no schema that suits them";
    EXECUTOR_ASSUMED = "RL0331", "the rules for module upgrades are concluded from the release's line";
    CORE_ASSUMED = "RL0332", "something about the core's steps was taken for granted";

    PLAN_STALE = "RL0401", "the site has changed since the plan was made";
    ANOTHER_RAYLIFT = "RL0402", "another raylift works on this site";
    RUN_UNFINISHED = "RL0403", "a run is not finished";
    STILL_BURNING_IN = "RL0404", "an update is burning in";
    JOURNAL_DAMAGED = "RL0405", "the journal cannot be read";
    NO_RUN = "RL0406", "there is no run";
    ACTION_FAILED = "RL0407", "an action failed";
    FENCE_DISTURBED = "RL0408", "the fence was removed by somebody else";
    PROOF_FAILED = "RL0409", "the restored backup differs from the original";
    EXCHANGE_AMBIGUOUS = "RL0410", "it cannot be told which side of an exchange is live";
    WRITE_FAILED = "RL0411", "a file could not be written";
    PLAN_BLOCKED = "RL0412", "the plan has blockers";

    DATABASE_UNREACHABLE = "RL0501", "the database cannot be reached";
    DATABASE_REFUSED = "RL0502", "the database refuses the user or password";
    DATABASE_LOCKED = "RL0503", "the database is locked by somebody else";
    DATABASE_UNSUPPORTED = "RL0504", "this database is not supported yet";
    DATABASE_SOURCE = "RL0505", "a source of the database settings cannot be read";
    UPGRADE_INCOMPLETE = "RL0506", "upgrade steps did not reach their versions";
    UPGRADE_FAILED = "RL0507", "an upgrade step failed";
    BRIDGE_FAILED = "RL0508", "the database helper failed";
    DUMP_FAILED = "RL0509", "the database could not be dumped";
    RESTORE_FAILED = "RL0510", "a dump could not be restored";
    TOOL_MISSING = "RL0511", "a tool of the database's vendor is missing or too old";
    DATABASE_RIGHTS = "RL0512", "the database user may not do what a restore needs";
    FOREIGN_SESSIONS = "RL0513", "somebody else is connected to the database";
    DATABASE_SERVER_OLD = "RL0514", "the database server is older than raylift's tools can work with";
    RESTORE_BY_HAND = "RL0515", "a person must bring the snapshot back";
    SNAPSHOT_FAILED = "RL0516", "the command for the return point failed or said no id";
    NOT_PROVEN = "RL0517", "the return point is not proven by raylift";
    PROOF_WAIVED = "RL0518", "the update does without a proof";
    NO_RETURN_POINT = "RL0519", "the update takes no return point";
    FOREIGN_KEYS = "RL0520", "tables have foreign keys";
    TRIGGERS = "RL0521", "tables have triggers";
    GENERATED_COLUMNS = "RL0522", "tables have generated columns";
    VIEWS = "RL0523", "views stand on the database's tables";
    MIXED_COLLATIONS = "RL0524", "tables differ from the database's character set";
    LONG_TRANSACTIONS = "RL0525", "a transaction has been open for long";
    NO_ADMINISTRATOR = "RL0526", "a company has no administrator";
    CHECK_REFUSED = "RL0527", "a check of the database was refused";
    DATABASE_TIMEOUT = "RL0528", "the database did not answer in time";
    TABLES_OWN = "RL0530", "tables belong to nothing that is installed";
    COLUMNS_OWN = "RL0531", "Liferay's tables have columns that Liferay did not make";
    INDEXES_OWN = "RL0532", "Liferay's tables have indexes that Liferay did not make";
    TABLES_MISSING = "RL0533", "tables of the installed release are missing";
    COLUMNS_MISSING = "RL0534", "columns of the installed release are missing";
    TYPES_DIFFER = "RL0535", "columns have other types than the installed release gives them";
    INDEXES_MISSING = "RL0536", "indexes of the installed release are missing";
    DUPLICATE_ROWS = "RL0537", "rows are duplicates under a unique index to come";
    SCHEMA_UNDETERMINED = "RL0538", "the database's tables could not be compared";
    TABLES_TOO_EARLY = "RL0539", "tables of the release to come are in the database already";
    NO_GUEST_USER = "RL0540", "a company has no guest user";
    CHARACTER_SET = "RL0541", "Liferay does not support the database's character set";
    THREE_BYTE_CHARACTERS = "RL0542", "the database keeps three bytes a character";
    OLD_ROW_FORMAT = "RL0543", "tables are kept in an old form";
    INDEX_LIMITS = "RL0544", "the server's settings limit indexes";
    TABLE_NAME_CASE = "RL0545", "names of tables are ambiguous by their case";
    PRIVILEGES_MISSING = "RL0546", "the portal's database user lacks rights";
    OTHER_OWNERS = "RL0547", "tables belong to another database user";
    COUNTER_BEHIND = "RL0548", "a counter is behind the ids in use";
    PACKET_TOO_SMALL = "RL0549", "values are larger than the server takes back";
    FEW_CONNECTIONS = "RL0550", "few connections to the database are left";
    REPLICATION = "RL0551", "the database is replicated";
    DATABASE_READ_ONLY = "RL0552", "the database takes no writes";
    SERVER_SPACE = "RL0553", "room on the database server";
    STORE_CLOSED = "RL0554", "the site's user may not write to the document store";
    STORE_LAYOUT = "RL0555", "the document store is not laid out as it should be";

    SERVER_FOREIGN = "RL0601", "the home is in use by a server that was not started from it";
    SERVER_DOES_NOT_STOP = "RL0602", "the server does not stop";
    SERVER_DOES_NOT_START = "RL0603", "the server does not start";
    PID_FILE_STALE = "RL0604", "the PID file does not name the running server";
    PID_FILE_ABSENT = "RL0605", "the PID file is absent";
    CONSOLE_PORT_TAKEN = "RL0606", "the console port is taken";
    SERVER_NOT_RUNNING = "RL0607", "the server is not running";
    MANAGER_UNSUPPORTED = "RL0608", "raylift cannot drive who manages the server";
    CLIENT_MISSING = "RL0609", "the release has no database upgrade client";
    JAVA_NOT_FOUND = "RL0610", "no Java was found to run the site with";
    APP_SERVER_UNCLEAR = "RL0611", "it is not clear which application server the site runs on";

    HEALTH_FAILED = "RL0701", "the site is not healthy";
    HEALTH_TIMEOUT = "RL0702", "the site did not answer in time";
    HEALTH_LOG = "RL0703", "the log has fatal lines";
    NO_PROBE = "RL0704", "no page of the site answered before the update";

    WRITES_WOULD_BE_LOST = "RL0801", "going back would discard what was written since";
    NOTHING_TO_ROLL_BACK = "RL0802", "there is nothing to go back from";
    NOTHING_TO_COMMIT = "RL0803", "there is nothing to commit";
    CODE_ONLY_IMPOSSIBLE = "RL0804", "the old code does not accept the new schema";

    USAGE = "RL0901", "the command line is wrong";
    SETTINGS_UNREADABLE = "RL0902", "raylift.toml cannot be read";
    UNSUPPORTED_SYSTEM = "RL0903", "raylift runs on Linux only";
    NOT_CONFIRMED = "RL0904", "the update was not confirmed";
    REPORT_UNWRITABLE = "RL0905", "the report could not be written";
    INTERRUPTED = "RL0906", "the run was interrupted at a safe point";

    REPOSITORY_MISSING = "RL1001", "there is no backup repository";
    REPOSITORY_KEY = "RL1002", "the key does not open the backup repository";
    REPOSITORY_LOCKED = "RL1003", "the backup repository is in use";
    REPOSITORY_DAMAGED = "RL1004", "the backup repository is damaged";
    REPOSITORY_FULL = "RL1005", "there is no space left for a backup";
    BACKUP_FAILED = "RL1006", "a backup could not be taken or brought back";
    BACKUP_UNKNOWN = "RL1007", "no backup, or more than one, has this id";
    BACKUP_KEPT = "RL1008", "a backup is never forgotten";
    TARGET_NOT_EMPTY = "RL1009", "the folder to bring a backup back into is not empty";
    REPOSITORY_GONE = "RL1010", "the backup repository is gone";
}

/// Findings after which no setting of the database is certain: a source that may hold one is not read.
pub const DATABASE_HIDDEN_BY: [&str; 4] = [
    DATABASE_SOURCE,
    PROPERTIES_REFUSED,
    PROPERTIES_CYCLE,
    SYSTEM_PROPERTIES_REFUSED,
];

/// The constant of a code that was read somewhere; `None` for one that this raylift does not know.
pub fn known(text: &str) -> Option<&'static str> {
    ALL.iter().map(|(code, _)| *code).find(|code| *code == text)
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn codes_are_unique_and_well_formed() {
        let mut seen = std::collections::BTreeSet::new();
        for (code, title) in ALL {
            assert!(
                code.len() == 6
                    && code.starts_with("RL")
                    && code[2..].bytes().all(|b| b.is_ascii_digit()),
                "{code}"
            );
            assert!(seen.insert(code), "{code} twice");
            assert!(!title.is_empty() && !title.ends_with('.'), "{code}");
        }
    }
}
