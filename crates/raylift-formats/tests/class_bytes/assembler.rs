//! Makes class files byte by byte (The Java Virtual Machine Specification, chapter 4), right ones and wrong ones.

#![allow(dead_code, reason = "each test uses its part")]
#![allow(unreachable_pub, reason = "shared with the generator of seeds")]

/// Opcodes (section 6.5).
pub mod op {
    pub const ACONST_NULL: u8 = 0x01;
    pub const ICONST_0: u8 = 0x03;
    pub const ICONST_1: u8 = 0x04;
    pub const SIPUSH: u8 = 0x11;
    pub const LDC_W: u8 = 0x13;
    pub const ALOAD_0: u8 = 0x2a;
    pub const ALOAD_1: u8 = 0x2b;
    pub const ASTORE_1: u8 = 0x4c;
    pub const AASTORE: u8 = 0x53;
    pub const POP: u8 = 0x57;
    pub const DUP: u8 = 0x59;
    pub const GOTO: u8 = 0xa7;
    pub const ARETURN: u8 = 0xb0;
    pub const RETURN: u8 = 0xb1;
    pub const GETSTATIC: u8 = 0xb2;
    pub const PUTSTATIC: u8 = 0xb3;
    pub const INVOKEVIRTUAL: u8 = 0xb6;
    pub const INVOKESPECIAL: u8 = 0xb7;
    pub const INVOKESTATIC: u8 = 0xb8;
    pub const INVOKEINTERFACE: u8 = 0xb9;
    pub const NEW: u8 = 0xbb;
    pub const ANEWARRAY: u8 = 0xbd;
    pub const NOP: u8 = 0x00;
}

/// Code of a method.
#[derive(Default, Clone)]
pub struct Code(pub Vec<u8>);

impl Code {
    pub fn op(&mut self, opcode: u8) -> &mut Self {
        self.0.push(opcode);
        self
    }

    /// An opcode with a 16-bit operand.
    pub fn wide(&mut self, opcode: u8, operand: u16) -> &mut Self {
        self.0.push(opcode);
        self.0.extend(operand.to_be_bytes());
        self
    }

    /// `invokeinterface`, whose third operand is the number of argument slots with the receiver.
    pub fn interface(&mut self, method: u16, slots: u8) -> &mut Self {
        self.wide(op::INVOKEINTERFACE, method);
        self.0.extend([slots, 0]);
        self
    }
}

/// A class under construction.
pub struct Assembler {
    /// Major version; 52 is Java 8 (table 4.1-A).
    pub major: u16,
    /// The pool's declared length; the real one when `None`.
    pub pool_length: Option<u16>,
    pool: Vec<Vec<u8>>,
    this: u16,
    parent: u16,
    interfaces: Vec<u16>,
    fields: Vec<Vec<u8>>,
    methods: Vec<Vec<u8>>,
}

impl Assembler {
    pub fn new(name: &str, parent: &str) -> Self {
        let mut made = Self {
            major: 52,
            pool_length: None,
            pool: Vec::new(),
            this: 0,
            parent: 0,
            interfaces: Vec::new(),
            fields: Vec::new(),
            methods: Vec::new(),
        };
        made.this = made.class(name);
        made.parent = made.class(parent);
        made
    }

    /// Adds an item to the pool as it stands; an item that is there already is used again.
    pub fn item(&mut self, tag: u8, content: &[&[u8]]) -> u16 {
        let item = [&[tag], &content.concat()[..]].concat();
        if let Some(found) = self.pool.iter().position(|known| *known == item) {
            return found as u16 + 1;
        }
        self.pool.push(item);
        self.pool.len() as u16
    }

    /// `CONSTANT_Utf8` with bytes as given.
    pub fn raw_text(&mut self, bytes: &[u8]) -> u16 {
        self.item(1, &[&(bytes.len() as u16).to_be_bytes(), bytes])
    }

    /// `CONSTANT_Utf8` of a text in modified UTF-8 (section 4.4.7): NUL in two bytes, what lies beyond the basic plane
    /// as two surrogates of three bytes each.
    pub fn text(&mut self, text: &str) -> u16 {
        let mut bytes = Vec::new();
        for unit in text.encode_utf16() {
            match unit {
                1..=0x7f => bytes.push(unit as u8),
                0 | 0x80..=0x7ff => {
                    bytes.extend([0xc0 | (unit >> 6) as u8, 0x80 | (unit & 0x3f) as u8]);
                }
                _ => bytes.extend([
                    0xe0 | (unit >> 12) as u8,
                    0x80 | (unit >> 6 & 0x3f) as u8,
                    0x80 | (unit & 0x3f) as u8,
                ]),
            }
        }
        self.raw_text(&bytes)
    }

    pub fn class(&mut self, name: &str) -> u16 {
        let name = self.text(name);
        self.item(7, &[&name.to_be_bytes()])
    }

    pub fn string(&mut self, text: &str) -> u16 {
        let text = self.text(text);
        self.item(8, &[&text.to_be_bytes()])
    }

    pub fn raw_string(&mut self, bytes: &[u8]) -> u16 {
        let text = self.raw_text(bytes);
        self.item(8, &[&text.to_be_bytes()])
    }

    /// `CONSTANT_Fieldref` (9), `CONSTANT_Methodref` (10), `CONSTANT_InterfaceMethodref` (11).
    pub fn member(&mut self, tag: u8, class: &str, name: &str, descriptor: &str) -> u16 {
        let class = self.class(class);
        let (name, descriptor) = (self.text(name), self.text(descriptor));
        let name_and_type = self.item(12, &[&name.to_be_bytes(), &descriptor.to_be_bytes()]);
        self.item(tag, &[&class.to_be_bytes(), &name_and_type.to_be_bytes()])
    }

    /// A lambda's call site: `CONSTANT_InvokeDynamic` with a bootstrap method of the given number.
    pub fn dynamic(&mut self, bootstrap: u16, name: &str, descriptor: &str) -> u16 {
        let (name, descriptor) = (self.text(name), self.text(descriptor));
        let name_and_type = self.item(12, &[&name.to_be_bytes(), &descriptor.to_be_bytes()]);
        self.item(
            18,
            &[&bootstrap.to_be_bytes(), &name_and_type.to_be_bytes()],
        )
    }

    pub fn interface(&mut self, index: u16) {
        self.interfaces.push(index);
    }

    /// `static final String name = "value"`.
    pub fn text_constant(&mut self, name: &str, value: u16) {
        let (name, descriptor) = (self.text(name), self.text("Ljava/lang/String;"));
        let attribute = self.text("ConstantValue");
        self.fields.push(words(&[
            0x001a, name, descriptor, 1, attribute, 0, 2, value,
        ]));
    }

    /// A method with code, static or not, with a stack of 60 and 60 local variables.
    pub fn method(&mut self, is_static: bool, name: &str, descriptor: &str, code: &Code) {
        let (name, descriptor) = (self.text(name), self.text(descriptor));
        let attribute = self.text("Code");
        let access = if is_static { 0x0009 } else { 0x0001 };
        let mut method = words(&[access, name, descriptor, 1, attribute]);
        method.extend((code.0.len() as u32 + 12).to_be_bytes());
        method.extend(words(&[60, 60]));
        method.extend((code.0.len() as u32).to_be_bytes());
        method.extend(&code.0);
        method.extend(words(&[0, 0]));
        self.methods.push(method);
    }

    /// A method of an interface, without code.
    pub fn declaration(&mut self, name: u16, descriptor: u16) {
        self.methods.push(words(&[0x0401, name, descriptor, 0]));
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0xca, 0xfe, 0xba, 0xbe];
        let length = self.pool_length.unwrap_or(self.pool.len() as u16 + 1);
        bytes.extend(words(&[0, self.major, length]));
        bytes.extend(self.pool.concat());
        bytes.extend(words(&[0x0021, self.this, self.parent]));
        bytes.extend(words(&[self.interfaces.len() as u16]));
        bytes.extend(words(&self.interfaces));
        bytes.extend(words(&[self.fields.len() as u16]));
        bytes.extend(self.fields.concat());
        bytes.extend(words(&[self.methods.len() as u16]));
        bytes.extend(self.methods.concat());
        bytes.extend(words(&[0]));
        bytes
    }
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}
