//! The report as one self-contained page: no script, nothing loaded from anywhere.

mod axis;
mod format;
mod marks;
mod numbers;
mod page;
mod picture;
mod rows;

use askama::Template as _;

use crate::report::Report;

/// Why the page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum HtmlError {
    /// The template could not be filled in.
    #[error("the report's page could not be written")]
    Template(#[from] askama::Error),
}

/// The report as an HTML page that is well-formed XML, too.
///
/// # Errors
/// When the template cannot be filled in, which its types exclude.
pub fn html(report: &Report) -> Result<String, HtmlError> {
    let page = page::Page::of(report).render()?;
    Ok(format::visible(&page))
}
