//! Words, brackets and commas of SQL, by statement.

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, a number, a keyword.
    Word(String),
    Open,
    Close,
    Comma,
    /// `[$COLUMN_LENGTH:75$]`.
    Length(u32),
    /// A text in quotes, another `[$...$]`, an operator.
    Other,
}

impl Token {
    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Open | Self::Close | Self::Comma | Self::Length(_) | Self::Other => None,
        }
    }

    /// The word; empty for everything else.
    pub(super) fn text(&self) -> &str {
        self.word().unwrap_or_default()
    }
}

/// The statements with the lines they start on, counted from one; empty ones are left out.
pub(super) fn statements(text: &str) -> Vec<(u32, Vec<Token>)> {
    let (mut found, mut current) = (Vec::new(), Vec::new());
    let (mut line, mut start) = (1_u32, 1_u32);
    let mut at_line_start = true;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let next = rest.peek().copied();
        let is_comment = matches!((character, next), ('#', Some('#')) | ('-', Some('-')));
        if at_line_start && is_comment {
            while rest.next_if(|character| *character != '\n').is_some() {}
            continue;
        }
        at_line_start = character == '\n' || at_line_start && character.is_whitespace();
        if character == '\n' {
            line = line.saturating_add(1);
        }
        if character.is_whitespace() {
            continue;
        }
        if character == ';' {
            if !current.is_empty() {
                found.push((start, std::mem::take(&mut current)));
            }
            continue;
        }
        if current.is_empty() {
            start = line;
        }
        current.push(match character {
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            '\'' | '[' => {
                let end = if character == '[' { ']' } else { '\'' };
                let mut text = String::new();
                for inner in rest.by_ref() {
                    if inner == '\n' {
                        line = line.saturating_add(1);
                    }
                    if inner == end {
                        break;
                    }
                    text.push(inner);
                }
                match length(&text) {
                    Some(length) if character == '[' => Token::Length(length),
                    _ => Token::Other,
                }
            }
            _ if is_of_word(character) => {
                let mut word = String::from(character);
                while let Some(more) = rest.next_if(|character| is_of_word(*character)) {
                    word.push(more);
                }
                Token::Word(word)
            }
            _ => Token::Other,
        });
    }
    if !current.is_empty() {
        found.push((start, current));
    }
    found
}

/// `$COLUMN_LENGTH:75$`.
fn length(text: &str) -> Option<u32> {
    text.strip_prefix("$COLUMN_LENGTH:")?
        .strip_suffix('$')?
        .parse()
        .ok()
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | '$')
}
