//! What a database has beside its content: owner, encoding, collation, settings and grants. `CREATE DATABASE` must be
//! told all of it, because a dump in directory format is restored into a database of another name.

use raylift_model::codes;
use raylift_run::host::HostError;
use serde::Deserialize;

use super::{Postgresql, identifier, literal};

/// The row of `pg_database` with the names of what it refers to. Columns differ by version; what one lacks is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Properties {
    owner: String,
    encoding_name: String,
    datcollate: String,
    datctype: String,
    /// Since 15: `c`, `i`, since 17 also `b`.
    datlocprovider: Option<String>,
    /// 15 and 16.
    daticulocale: Option<String>,
    /// Since 17.
    datlocale: Option<String>,
    /// Since 16: what was added to ICU's own rules of the collation.
    daticurules: Option<String>,
    datconnlimit: i64,
    tablespace: String,
    /// What `COMMENT ON DATABASE` said.
    #[serde(default)]
    comment: Option<String>,
    /// Role (empty for all) and setting, `name=value`.
    #[serde(default)]
    settings: Option<Vec<(String, String)>>,
    /// Grantee (empty for PUBLIC), privilege, with grant option.
    #[serde(default)]
    grants: Option<Vec<(String, String, bool)>>,
}

/// Settings whose value is a list of names, which must not become one text (`GUC_LIST_QUOTE` of PostgreSQL's source).
const LISTS: [&str; 6] = [
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

impl Postgresql {
    /// Reads the properties of a database.
    pub(super) fn properties(&self, name: &str) -> Result<Properties, HostError> {
        let name = literal(name);
        let query = format!(
            "SELECT row_to_json(d)::jsonb || jsonb_build_object(\
             'owner', pg_get_userbyid(d.datdba), \
             'encoding_name', pg_encoding_to_char(d.encoding), \
             'comment', shobj_description(d.oid, 'pg_database'), \
             'tablespace', (SELECT spcname FROM pg_tablespace t WHERE t.oid = d.dattablespace), \
             'settings', (SELECT jsonb_agg(jsonb_build_array(CASE WHEN s.setrole = 0 THEN '' ELSE pg_get_userbyid(s.setrole) END, one)) \
             FROM pg_db_role_setting s, unnest(s.setconfig) one WHERE s.setdatabase = d.oid), \
             'grants', (SELECT jsonb_agg(jsonb_build_array(CASE WHEN a.grantee = 0 THEN '' ELSE pg_get_userbyid(a.grantee) END, a.privilege_type, a.is_grantable)) \
             FROM aclexplode(d.datacl) a)) \
             FROM pg_database d WHERE d.datname = {name};"
        );
        let rows = self.sql_elsewhere(&query)?;
        let text = rows
            .first()
            .and_then(|row| row.first())
            .map(String::as_str)
            .unwrap_or_default();
        serde_json::from_str(text).map_err(|error| {
            HostError::new(
                codes::RESTORE_FAILED,
                "the server does not say what the database is like",
            )
            .caused_by(error)
        })
    }
}

impl Properties {
    /// The statement that makes an empty database like this one.
    pub(super) fn create(&self, name: &str) -> String {
        let mut statement = format!(
            "CREATE DATABASE {} TEMPLATE template0 OWNER {} ENCODING {} LC_COLLATE {} LC_CTYPE {}",
            identifier(name),
            identifier(&self.owner),
            literal(&self.encoding_name),
            literal(&self.datcollate),
            literal(&self.datctype)
        );
        let locale = self.datlocale.as_ref().or(self.daticulocale.as_ref());
        match (self.datlocprovider.as_deref(), locale) {
            (Some("i"), Some(locale)) => {
                statement.push_str(&format!(
                    " LOCALE_PROVIDER icu ICU_LOCALE {}",
                    literal(locale)
                ));
                // The server takes rules with this provider only.
                if let Some(rules) = &self.daticurules {
                    statement.push_str(&format!(" ICU_RULES {}", literal(rules)));
                }
            }
            (Some("b"), Some(locale)) => statement.push_str(&format!(
                " LOCALE_PROVIDER builtin BUILTIN_LOCALE {}",
                literal(locale)
            )),
            _ => {}
        }
        if self.tablespace != "pg_default" {
            statement.push_str(&format!(" TABLESPACE {}", identifier(&self.tablespace)));
        }
        statement.push(';');
        statement
    }

    /// The statement that makes a copy of this database, which is `from`. What is not named is as it is in the original:
    /// encoding, collation and tablespace, and all the content (PostgreSQL, "CREATE DATABASE").
    ///
    /// Since 15 the server logs every block of a copy unless it is told to copy files, which makes it write all of it twice;
    /// earlier ones know no other way than to copy files, and no word for it.
    pub(super) fn copy(&self, from: &str, name: &str) -> String {
        let strategy = match self.knows_strategies() {
            true => " STRATEGY FILE_COPY",
            false => "",
        };
        format!(
            "CREATE DATABASE {} TEMPLATE {} OWNER {}{strategy};",
            identifier(name),
            identifier(from),
            identifier(&self.owner)
        )
    }

    /// True from version 15 on, the first that has the column.
    pub(super) fn knows_strategies(&self) -> bool {
        self.datlocprovider.is_some()
    }

    /// The statements that give the database `name` this one's comment, settings, limit and grants; empty for one that
    /// has none. They come after the content: a limit must not stop the tools that bring it.
    pub(super) fn settings(&self, name: &str) -> String {
        let name = identifier(name);
        let mut statements = String::new();
        for (role, setting) in self.settings.iter().flatten() {
            let Some((key, value)) = setting.split_once('=') else {
                continue;
            };
            let value = if LISTS.contains(&key) {
                value.to_owned()
            } else {
                literal(value)
            };
            let target = if role.is_empty() {
                format!("DATABASE {name}")
            } else {
                format!("ROLE {} IN DATABASE {name}", identifier(role))
            };
            statements.push_str(&format!(
                "ALTER {target} SET {} TO {value};\n",
                parameter(key)
            ));
        }
        if let Some(comment) = &self.comment {
            statements.push_str(&format!(
                "COMMENT ON DATABASE {name} IS {};\n",
                literal(comment)
            ));
        }
        if self.datconnlimit >= 0 {
            statements.push_str(&format!(
                "ALTER DATABASE {name} CONNECTION LIMIT {};\n",
                self.datconnlimit
            ));
        }
        if let Some(grants) = &self.grants {
            statements.push_str(&format!("REVOKE ALL ON DATABASE {name} FROM PUBLIC;\n"));
            for (role, privilege, grantable) in grants {
                let role = if role.is_empty() {
                    "PUBLIC".to_owned()
                } else {
                    identifier(role)
                };
                let option = if *grantable { " WITH GRANT OPTION" } else { "" };
                statements.push_str(&format!(
                    "GRANT {privilege} ON DATABASE {name} TO {role}{option};\n"
                ));
            }
        }
        statements
    }
}

/// A parameter's name: one of an extension has parts.
fn parameter(key: &str) -> String {
    key.split('.').map(identifier).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Properties {
        Properties {
            owner: "lportal".to_owned(),
            encoding_name: "UTF8".to_owned(),
            datcollate: "C.UTF-8".to_owned(),
            datctype: "C.UTF-8".to_owned(),
            datlocprovider: Some("c".to_owned()),
            daticulocale: None,
            datlocale: None,
            daticurules: None,
            datconnlimit: -1,
            tablespace: "pg_default".to_owned(),
            comment: None,
            settings: None,
            grants: None,
        }
    }

    #[test]
    fn a_plain_database_is_made_like_the_other() {
        assert_eq!(
            plain().create("raylift_x"),
            "CREATE DATABASE \"raylift_x\" TEMPLATE template0 OWNER \"lportal\" ENCODING 'UTF8' \
             LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8';"
        );
        assert_eq!(plain().settings("raylift_x"), "");
    }

    /// 15 has no such column; 16 and later say NULL where there are no rules.
    #[test]
    fn rules_of_icu_are_kept() {
        let made = |rules: &str| {
            let row = format!(
                r#"{{"owner": "o", "encoding_name": "UTF8", "datcollate": "C", "datctype": "C", "datlocprovider": "i",
                "datlocale": "und", "datconnlimit": -1, "tablespace": "pg_default"{rules}}}"#
            );
            let own: Properties = serde_json::from_str(&row).expect("a row");
            own.create("x")
        };
        let with_rules = made(r#", "daticurules": "&V << w <<< W & '-' < \\u0061""#);
        assert!(
            with_rules.ends_with(
                r" LOCALE_PROVIDER icu ICU_LOCALE 'und' ICU_RULES E'&V << w <<< W & ''-'' < \\u0061';"
            ),
            "{with_rules}"
        );
        for none in ["", r#", "daticurules": null"#] {
            assert!(made(none).ends_with(" LOCALE_PROVIDER icu ICU_LOCALE 'und';"));
        }
    }

    #[test]
    fn a_copy_names_its_strategy_where_the_server_has_several() {
        let statement =
            "CREATE DATABASE \"raylift_x\" TEMPLATE \"My \"\"Portal\"\"\" OWNER \"lportal\"";
        assert_eq!(
            plain().copy("My \"Portal\"", "raylift_x"),
            format!("{statement} STRATEGY FILE_COPY;")
        );
        let on_14 = Properties {
            datlocprovider: None,
            ..plain()
        };
        assert_eq!(
            on_14.copy("My \"Portal\"", "raylift_x"),
            format!("{statement};")
        );
    }

    #[test]
    fn settings_grants_and_icu_are_kept() {
        let own = Properties {
            datlocprovider: Some("i".to_owned()),
            daticulocale: Some("de-DE".to_owned()),
            tablespace: "fast".to_owned(),
            datconnlimit: 40,
            comment: Some("the portal's".to_owned()),
            settings: Some(vec![
                (String::new(), "search_path=portal, public".to_owned()),
                ("report".to_owned(), "statement_timeout=5s".to_owned()),
            ]),
            grants: Some(vec![
                (String::new(), "CONNECT".to_owned(), false),
                ("report".to_owned(), "TEMPORARY".to_owned(), true),
            ]),
            ..plain()
        };
        assert!(
            own.create("x")
                .contains("LOCALE_PROVIDER icu ICU_LOCALE 'de-DE' TABLESPACE \"fast\"")
        );
        assert_eq!(
            own.settings("x").lines().collect::<Vec<_>>(),
            [
                "ALTER DATABASE \"x\" SET \"search_path\" TO portal, public;",
                "ALTER ROLE \"report\" IN DATABASE \"x\" SET \"statement_timeout\" TO '5s';",
                "COMMENT ON DATABASE \"x\" IS 'the portal''s';",
                "ALTER DATABASE \"x\" CONNECTION LIMIT 40;",
                "REVOKE ALL ON DATABASE \"x\" FROM PUBLIC;",
                "GRANT CONNECT ON DATABASE \"x\" TO PUBLIC;",
                "GRANT TEMPORARY ON DATABASE \"x\" TO \"report\" WITH GRANT OPTION;",
            ]
        );
    }
}
