//! The grammar of filters.

use super::{Filter, FilterError, Operator};

/// Filters in filters; real ones have three or four levels.
const DEEPEST: usize = 200;

pub(super) fn filter(text: &str) -> Result<Filter, FilterError> {
    let mut parser = Parser { text, at: 0 };
    parser.skip_blanks();
    let filter = parser.filter(0)?;
    parser.skip_blanks();
    if parser.at < text.len() {
        Err(parser.error("something follows the filter"))
    } else {
        Ok(filter)
    }
}

struct Parser<'text> {
    text: &'text str,
    at: usize,
}

impl Parser<'_> {
    fn error(&self, reason: &'static str) -> FilterError {
        FilterError {
            text: self.text.to_owned(),
            position: self.at,
            reason,
        }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    fn filter(&mut self, depth: usize) -> Result<Filter, FilterError> {
        if depth > DEEPEST {
            return Err(self.error("it is nested too deep"));
        }
        if !self.take("(") {
            return Err(self.error("an opening bracket is missing"));
        }
        self.skip_blanks();
        let filter = if self.take("&") {
            Filter::And(self.several(depth)?)
        } else if self.take("|") {
            Filter::Or(self.several(depth)?)
        } else if self.take("!") {
            self.skip_blanks();
            Filter::Not(Box::new(self.filter(depth + 1)?))
        } else {
            self.item()?
        };
        self.skip_blanks();
        if self.take(")") {
            Ok(filter)
        } else {
            Err(self.error("a closing bracket is missing"))
        }
    }

    fn several(&mut self, depth: usize) -> Result<Vec<Filter>, FilterError> {
        let mut parts = Vec::new();
        loop {
            self.skip_blanks();
            if self.peek() == Some(')') && !parts.is_empty() {
                return Ok(parts);
            }
            parts.push(self.filter(depth + 1)?);
        }
    }

    fn item(&mut self) -> Result<Filter, FilterError> {
        let rest = self.rest();
        let length = rest
            .find(['=', '~', '<', '>', '(', ')'])
            .unwrap_or(rest.len());
        let attribute = rest.get(..length).unwrap_or_default().trim().to_owned();
        if attribute.is_empty() {
            return Err(self.error("the name of an attribute is missing"));
        }
        self.at += length;
        let operator = if self.take("~=") {
            Operator::Approximate
        } else if self.take(">=") {
            Operator::AtLeast
        } else if self.take("<=") {
            Operator::AtMost
        } else if self.take("=") {
            Operator::Equal
        } else {
            return Err(self.error("an operator is missing"));
        };
        let mut parts = self.value()?;
        if operator == Operator::Equal && parts.len() > 1 {
            let is_presence = parts.len() == 2 && parts.iter().all(String::is_empty);
            return Ok(if is_presence {
                Filter::Present(attribute)
            } else {
                Filter::Substring { attribute, parts }
            });
        }
        let value = if parts.len() == 1 {
            parts.pop().unwrap_or_default()
        } else {
            parts.join("*")
        };
        Ok(Filter::Compare {
            attribute,
            operator,
            value,
        })
    }

    /// The value up to its closing bracket, split at asterisks.
    fn value(&mut self) -> Result<Vec<String>, FilterError> {
        let mut parts = Vec::new();
        let mut part = String::new();
        loop {
            let Some(character) = self.peek() else {
                return Err(self.error("a closing bracket is missing"));
            };
            match character {
                ')' => {
                    parts.push(part);
                    return Ok(parts);
                }
                '(' => return Err(self.error("a bracket in a value is not escaped")),
                '*' => parts.push(std::mem::take(&mut part)),
                '\\' => {
                    self.at += 1;
                    match self.peek() {
                        Some(escaped) => part.push(escaped),
                        None => return Err(self.error("the filter ends with a backslash")),
                    }
                }
                other => part.push(other),
            }
            self.at += self.peek().map_or(1, char::len_utf8);
        }
    }
}
