//! The JSON schema of plans, for programs that read them.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use crate::plan::{FORMAT, Plan};

/// The schema of the document that `raylift plan --json` prints and `--out` writes, in the dialect of 2020-12.
///
/// It is made of the types, and its descriptions are their doc comments. A field that is only sometimes written is not
/// required. Objects allow unknown fields where the types do, and `format` must be [`FORMAT`].
pub fn schema() -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = SchemaGenerator::new(settings).into_root_schema_for::<Plan>();
    if let Some(format) = schema
        .get_mut("properties")
        .and_then(|properties| properties.get_mut("format"))
        .and_then(Value::as_object_mut)
    {
        format.insert("const".to_owned(), FORMAT.into());
    }
    RecursiveTransform(plain_description).transform(&mut schema);
    schema
}

/// Links of rustdoc and the line breaks of the source mean nothing to a reader of the schema.
fn plain_description(schema: &mut Schema) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        let paragraphs: Vec<String> = description
            .split("\n\n")
            .map(|paragraph| paragraph.replace('\n', " "))
            .collect();
        *description = paragraphs
            .join("\n\n")
            .replace("[`crate::plan::", "`")
            .replace("[`", "`")
            .replace("`]", "`");
    }
}
