//! A small database in the manner of Liferay's, and what a failed upgrade makes of it.

use crate::server::{Kind, Server};

/// Texts that are easily spoilt, as SQL of both engines (no backslash, which MariaDB would take as an escape).
const TEXTS: &str = "(1, 'plain', 0), (2, '', 0), (3, NULL, 1), (4, 'it''s \"quoted\"', 2), \
    (5, 'Zürich – 東京 – \u{1F642}', 2), (6, '%s :name $1 -- no comment; ?', 3), (7, '  blanks  ', 3)";

const RELEASE: &str = "create table Release_ (mvccVersion bigint default 0 not null, releaseId bigint not null primary key, \
    createDate TIME, modifiedDate TIME, servletContextName varchar(75), schemaVersion varchar(75), buildNumber integer, \
    buildDate TIME, verified boolean, state_ integer, testString varchar(1024));\n\
    insert into Release_ values (0, 1, '2019-05-31 22:30:00', '2019-05-31 22:30:00', 'portal', '5.0.2', 7200, '2019-05-31 22:30:00', true, null, 'x'), \
    (0, 2, '2019-05-31 22:30:00', null, 'com.liferay.blogs.service', '2.0.0', 0, null, false, 0, '');\n";

const POSTGRESQL: &str = r#"
create table User_ (userId bigint primary key, greeting text, kind integer, words varchar(100) generated always as (upper(greeting)) stored);
insert into User_ (userId, greeting, kind) values TEXTS, (8, E'back\\slash \t tab \r\n lines', 4);
create table Address (addressId bigint primary key, userId bigint references User_ (userId));
insert into Address select number, 1 + number % 7 from generate_series(1, 200) number;
create index IX_Address on Address (userId);
create table "Odd ""Name" ("a b" integer, "Ü" text);
insert into "Odd ""Name" values (1, 'one'), (null, null);
create table Things (thingId bigint primary key, data_ oid);
insert into Things values (1, lo_from_bytea(0, decode('00ff0d0a5c27', 'hex'))), (2, lo_from_bytea(0, decode(repeat('abcdef0123456789', 20000), 'hex'))), (3, null), (4, lo_from_bytea(0, ''));
create table Bytes (bytesId bigint primary key, data_ bytea);
insert into Bytes values (1, decode('00ff0d0a5c27', 'hex')), (2, ''), (3, null);
create view Greetings as select greeting from User_ where kind > 1;
create function twice(number integer) returns integer language sql as 'select number * 2 -- '';''
';
create sequence Counter_ start 41;
select nextval('Counter_');
create extension pg_trgm;
comment on table User_ is 'people; it''s "odd"';
grant select on User_ to public;
"#;

const MARIADB: &str = r#"
create table User_ (userId bigint primary key, greeting longtext, kind integer, words varchar(100) generated always as (upper(left(greeting, 20))) stored);
insert into User_ (userId, greeting, kind) values TEXTS, (8, 'back\\slash \t tab \r\n lines \0 end', 4);
create table Address (addressId bigint primary key, userId bigint, note varchar(75), index IX_Address (userId), foreign key (userId) references User_ (userId));
insert into Address select seq, 1 + seq % 7, null from seq_1_to_200;
create table `Odd ``Name` (`a b` integer, `Ü"` text);
insert into `Odd ``Name` values (1, 'one'), (null, null);
create table Things (thingId bigint primary key, data_ longblob);
insert into Things values (1, x'00ff0d0a5c27'), (2, repeat(x'abcdef0123456789', 20000)), (3, null), (4, '');
create view Greetings as select greeting from User_ where kind > 1;
create trigger note_it before insert on Address for each row set new.note = concat('it''s ', new.userId);
insert into Address (addressId, userId) values (1000, 1);
delimiter ;;
create procedure add_one(in number integer)
begin
  -- a comment; and more
  insert into Address (addressId, userId) values (number, 1);
end;;
create function twice(number integer) returns integer deterministic return number * 2;;
create event nightly on schedule every 1 day starts '2030-01-01 03:00:00' do delete from Address where addressId < 0;;
delimiter ;
create sequence Counter_ start with 41;
do nextval(Counter_);
"#;

/// Makes the content as the user; on MariaDB as the administrator, in the user's name where there is one.
pub fn fill(server: &Server, database: &str, user: &str) {
    match server.kind {
        Kind::Postgresql => {
            let name = server.name(database);
            let role = server.name(user);
            let release = RELEASE.replace("TIME", "timestamp");
            let content = POSTGRESQL.replace("TEXTS", TEXTS);
            server.sql(database, &format!("set role {role};\n{release}{content}"));
            server.sql(
                database,
                &format!(
                    "alter database {name} set work_mem = '5MB';\nalter database {name} set search_path = public, \"$user\";\n\
                     alter role {role} in database {name} set statement_timeout = '1h';\n\
                     revoke all on database {name} from public;\ngrant connect on database {name} to public;\n\
                     comment on database {name} is 'it''s the portal';\nalter database {name} connection limit 50;"
                ),
            );
        }
        Kind::Mariadb => {
            let definer = format!("definer={}@'%'", server.text(user));
            let release = RELEASE.replace("TIME", "datetime(6)");
            let content = MARIADB
                .replace("TEXTS", TEXTS)
                .replace("create view", &format!("create {definer} view"))
                .replace("create trigger", &format!("create {definer} trigger"))
                .replace("create procedure", &format!("create {definer} procedure"))
                .replace("create function", &format!("create {definer} function"))
                .replace("create event", &format!("create {definer} event"));
            server.sql(database, &format!("{release}{content}"));
        }
    }
}

/// What a failed upgrade leaves: other columns, tables that went and came, other rows, other large objects.
pub fn damage(kind: Kind) -> &'static str {
    match kind {
        Kind::Postgresql => {
            "drop view Greetings; alter table User_ add column newer integer default 5; delete from Address where addressId > 100; \
             drop table Bytes; create table Newer (id integer primary key); insert into Newer values (1); \
             update Release_ set schemaVersion = '5.1.0', buildNumber = 7201, verified = false where releaseId = 1; \
             select lo_unlink(data_) from Things where thingId = 1; update Things set data_ = lo_from_bytea(0, 'new') where thingId = 1; \
             select nextval('Counter_'); drop function twice; drop extension pg_trgm;"
        }
        Kind::Mariadb => {
            "alter table User_ add column newer integer default 5; delete from Address where addressId > 100; \
             drop table `Odd ``Name`; create table Newer (id integer primary key); insert into Newer values (1); \
             update Release_ set schemaVersion = '5.1.0', buildNumber = 7201, verified = false where releaseId = 1; \
             update Things set data_ = 'new' where thingId = 1; drop procedure add_one; drop event nightly; do nextval(Counter_); \
             create trigger newer before insert on Newer for each row set new.id = new.id + 1; create view Newer_view as select * from Newer;"
        }
    }
}

/// What lies beside tables and their rows, as text.
pub fn beside(server: &Server, database: &str) -> String {
    match server.kind {
        Kind::Postgresql => server.sql(
            database,
            "select pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype, datconnlimit, shobj_description(oid, 'pg_database'), \
               (select array_agg(entry::text order by entry::text) from unnest(datacl) entry), \
               (select array_agg(setrole::text || array_to_string(setconfig, ';') order by setrole) from pg_db_role_setting where setdatabase = d.oid) \
             from pg_database d where datname = current_database();\n\
             select relname, relkind, pg_get_userbyid(relowner), relacl, obj_description(oid) from pg_class where relnamespace = 'public'::regnamespace order by 1;\n\
             select pg_get_viewdef(oid) from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace;\n\
             select proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace and prolang = (select oid from pg_language where lanname = 'sql');\n\
             select conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace order by 1;\n\
             select extname from pg_extension order by 1;\n\
             select count(*), sum(length(lo_get(oid))) from pg_largeobject_metadata;",
        ),
        Kind::Mariadb => {
            let name = server.text(database);
            let all = server.sql(
                "",
                &format!(
                    "select default_character_set_name, default_collation_name from information_schema.schemata where schema_name = {name};\n\
                     select table_name, view_definition, definer from information_schema.views where table_schema = {name} order by 1;\n\
                     select trigger_name, action_statement, definer, sql_mode from information_schema.triggers where trigger_schema = {name} order by 1;\n\
                     select routine_name, routine_definition, definer, sql_mode from information_schema.routines where routine_schema = {name} order by 1;\n\
                     select event_name, event_definition, status, starts from information_schema.events where event_schema = {name} order by 1;\n\
                     select table_name, table_type, table_collation, engine from information_schema.tables where table_schema = {name} order by binary table_name;\n\
                     select constraint_name, table_name, referenced_table_name from information_schema.referential_constraints where constraint_schema = {name} order by 1, 2;"
                ),
            );
            all.replace(database, "DATABASE")
        }
    }
}
