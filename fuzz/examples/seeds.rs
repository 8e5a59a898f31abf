//! Writes the seeds that are made by a program, not by hand: class files and archives.
//!
//! `cargo run --manifest-path fuzz/Cargo.toml --example seeds`

use std::fs;
use std::path::Path;

#[path = "../../crates/raylift-formats/tests/class_bytes/mod.rs"]
mod class_bytes;

use class_bytes::assembler::{Assembler, Code, op};
use class_bytes::samples::{self, PORTAL_UPGRADE_PROCESS, REGISTER, STEPS};

fn main() -> std::io::Result<()> {
    for (name, bytes) in classes() {
        write("class_reader", name, &bytes)?;
    }
    for (name, bytes) in archives() {
        write("archive_walker", name, &bytes)?;
    }
    Ok(())
}

fn write(target: &str, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(name), bytes)
}

fn everything() -> Vec<u8> {
    include_bytes!("../../crates/raylift-formats/tests/data/everything.bin").to_vec()
}

fn classes() -> Vec<(&'static str, Vec<u8>)> {
    let plain = || samples::registrator(b"1.0.0", b"1.1.0", "a/Step");
    let mut of_the_future = plain();
    of_the_future.major = 70;
    let mut short_pool = plain();
    short_pool.pool_length = Some(9);
    let mut long_pool = plain();
    long_pool.pool_length = Some(u16::MAX);
    let mut twice = Assembler::new("a/Registrator", "a/Registrator");
    let own = twice.member(10, "a/Registrator", "register", REGISTER);
    let mut code = Code::default();
    for _ in 0..2 {
        code.op(op::ALOAD_0)
            .op(op::ALOAD_1)
            .wide(op::INVOKEVIRTUAL, own);
    }
    code.op(op::RETURN);
    twice.method(false, "register", REGISTER, &code);
    let mut puts = Assembler::new(PORTAL_UPGRADE_PROCESS, "java/lang/Object");
    let code = samples::many_puts(&mut puts, "a/Step", 40);
    puts.method(true, "<clinit>", "()V", &code);
    let core = |before: fn(&mut Assembler, &mut Code)| {
        samples::core(PORTAL_UPGRADE_PROCESS, before).bytes()
    };
    vec![
        ("everything", everything()),
        ("registrator", plain().bytes()),
        ("cut_short", plain().bytes()[..200].to_vec()),
        ("magic_only", b"\xca\xfe\xba\xbe".to_vec()),
        ("major_version_70", of_the_future.bytes()),
        ("pool_too_short", short_pool.bytes()),
        ("pool_too_long", long_pool.bytes()),
        (
            "modified_utf8",
            samples::registrator(
                b"\xc0\x80\xc3\xa4\xed\xa0\xbd\xed\xb8\x80",
                b"1.1.0",
                "\u{1f600}",
            )
            .bytes(),
        ),
        (
            "lone_surrogate",
            samples::registrator(b"\xed\xa0\xbd", b"1.1.0", "a/Step").bytes(),
        ),
        (
            "four_byte_utf8",
            samples::registrator(b"\xf0\x9f\x98\x80", b"1.1.0", "a/Step").bytes(),
        ),
        ("calls_itself_twice", twice.bytes()),
        ("core_no_steps_before", core(no_steps)),
        ("core_steps_before", core(own_steps)),
        ("core_steps_recurse", core(recursion)),
        ("core_steps_loop", core(endless)),
        ("core_many_puts", puts.bytes()),
        ("core_factory", factory()),
        ("release_info", release_info()),
        ("nested_values", nested_values()),
        ("giant_method", giant_method()),
    ]
}

fn no_steps(class: &mut Assembler, code: &mut Code) {
    samples::array(class, code, None);
    code.op(op::ARETURN);
}

fn own_steps(class: &mut Assembler, code: &mut Code) {
    samples::array(class, code, Some(PORTAL_UPGRADE_PROCESS));
    code.op(op::ARETURN);
}

fn recursion(class: &mut Assembler, code: &mut Code) {
    let own = class.member(10, PORTAL_UPGRADE_PROCESS, "getPreUpgradeSteps", STEPS);
    code.op(op::ALOAD_0)
        .wide(op::INVOKEVIRTUAL, own)
        .op(op::ARETURN);
}

fn endless(_: &mut Assembler, code: &mut Code) {
    code.wide(op::GOTO, 0);
}

/// A step that a factory method makes, which calls itself in another form.
fn factory() -> Vec<u8> {
    const MAKES: &str = "()Lcom/liferay/portal/kernel/upgrade/UpgradeStep;";
    let mut class = samples::core("a/Step", |class, code| {
        let step = class.class(samples::STEP);
        let make = class.member(10, "a/Factory", "create", MAKES);
        code.op(op::ICONST_1)
            .wide(op::ANEWARRAY, step)
            .op(op::DUP)
            .op(op::ICONST_0)
            .wide(op::INVOKESTATIC, make)
            .op(op::AASTORE)
            .op(op::ARETURN);
    });
    let mut code = Code::default();
    samples::make(&mut class, &mut code, "a/Step");
    code.op(op::ARETURN);
    class.method(true, "create", MAKES, &code);
    class.bytes()
}

fn release_info() -> Vec<u8> {
    let mut class = Assembler::new(raylift_formats::release_info::CLASS, "java/lang/Object");
    for (name, value) in [
        ("_NAME", "A Portal"),
        ("_VERSION", "7.2.1"),
        ("_BUILD", "7201"),
        ("_DATE", "a day"),
    ] {
        let value = class.string(value);
        class.text_constant(name, value);
    }
    class.bytes()
}

fn nested_values() -> Vec<u8> {
    let mut class = Assembler::new("a/Registrator", "java/lang/Object");
    let call = class.member(
        10,
        "a/Other",
        "f",
        "(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;",
    );
    let mut code = Code::default();
    code.op(op::ACONST_NULL);
    for _ in 0..30 {
        code.op(op::DUP).wide(op::INVOKESTATIC, call);
    }
    code.op(op::RETURN);
    class.method(false, "register", REGISTER, &code);
    class.bytes()
}

/// As large as a seed may be.
fn giant_method() -> Vec<u8> {
    let mut class = Assembler::new("a/Registrator", "java/lang/Object");
    let giant = class.member(10, "a/Registrator", "giant", REGISTER);
    let code = Code([&[op::NOP; 12_000][..], &[op::RETURN]].concat());
    class.method(true, "giant", REGISTER, &code);
    let mut code = Code::default();
    for _ in 0..1_000 {
        code.op(op::ALOAD_1).wide(op::INVOKESTATIC, giant);
    }
    code.op(op::RETURN);
    class.method(false, "register", REGISTER, &code);
    class.bytes()
}

const MANIFEST: &[u8] = b"Bundle-SymbolicName: a.b;singleton:=true\r\nBundle-Version: 1.0.0\r\n\
    Service-Component: OSGI-INF/*.xml\r\nLiferay-Service: true\r\nLiferay-Require-SchemaVersion: 1.0.0\r\n\r\n";
const REGISTRATOR: &[u8] = b"<component name='x'><implementation class='a.Registrator'/><service><provide \
    interface='com.liferay.portal.upgrade.registry.UpgradeStepRegistrator'/></service><reference name='r' \
    interface='com.liferay.portal.kernel.model.Release' target='(a=b)'/></component>";
const STEP: &[u8] = b"<component name='x'><implementation class='S'/>\
    <property name='upgrade.bundle.symbolic.name' value='c.d'/><property name='upgrade.from.schema.version' value='1.0.0'/>\
    <property name='upgrade.to.schema.version' value='1.1.0'/>\
    <service><provide interface='com.liferay.portal.kernel.upgrade.UpgradeStep'/></service></component>";

/// One entry of a recipe, as `archive_walker` understands it.
fn entry(number: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
    [&[number], &length.to_be_bytes()[..], content].concat()
}

fn recipe() -> Vec<u8> {
    let class = samples::registrator(b"1.0.0", b"1.1.0", "a/Step").bytes();
    [
        entry(0, MANIFEST),
        entry(1, REGISTRATOR),
        entry(2, STEP),
        entry(3, &class),
        entry(5, b"create table A_Entry (a LONG);"),
    ]
    .concat()
}

fn archives() -> Vec<(&'static str, Vec<u8>)> {
    let bundle = recipe();
    let zip = raylift_fuzz::archive(&bundle, 0);
    let mut nested = bundle.clone();
    for _ in 0..10 {
        nested = entry(7, &nested);
    }
    let mut encrypted = zip.clone();
    // Bit 0 of the flags (APPNOTE 4.3.7, 4.3.12, 4.4.4).
    for at in 0..encrypted.len() - 46 {
        let flags = match &encrypted[at..at + 4] {
            b"PK\x03\x04" => 6,
            b"PK\x01\x02" => 8,
            _ => continue,
        };
        encrypted[at + flags] |= 1;
    }
    let mut many_promised = zip.clone();
    let end = many_promised.len() - 22;
    many_promised[end + 8..end + 12].fill(0xff);
    let mut size_promised = zip.clone();
    let directory = zip
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .unwrap_or_default();
    size_promised[directory + 20..directory + 28].fill(0x7f);
    vec![
        ("recipe_bundle", bundle.clone()),
        ("recipe_package", entry(6, &bundle)),
        (
            "recipe_war",
            [entry(0, MANIFEST), entry(9, &bundle)].concat(),
        ),
        (
            "recipe_package_with_war",
            entry(8, &[entry(0, b"A: 1\n"), entry(9, &bundle)].concat()),
        ),
        ("recipe_ten_deep", nested),
        ("recipe_no_archives_inside", entry(6, b"PK no")),
        ("bundle.jar", zip.clone()),
        ("cut_in_the_middle.jar", zip[..zip.len() / 2].to_vec()),
        ("cut_before_the_end.jar", zip[..zip.len() - 10].to_vec()),
        ("no_beginning.jar", zip[100..].to_vec()),
        ("encrypted.jar", encrypted),
        ("65535_entries_promised.jar", many_promised),
        ("2_gigabytes_promised.jar", size_promised),
        ("only_an_end.jar", [&b"PK\x05\x06"[..], &[0; 18]].concat()),
        ("empty", Vec::new()),
        ("class_in_a_jar.jar", {
            raylift_fuzz::archive(&[entry(0, MANIFEST), entry(3, &everything())].concat(), 0)
        }),
    ]
}
