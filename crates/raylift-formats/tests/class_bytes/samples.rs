//! Class files that the interpreter has something to follow in.

#![allow(dead_code, reason = "each test uses its part")]
#![allow(unreachable_pub, reason = "shared with the generator of seeds")]

use super::assembler::{Assembler, Code, op};

pub const REGISTER: &str =
    "(Lcom/liferay/portal/upgrade/registry/UpgradeStepRegistrator$Registry;)V";
pub const REGISTRY: &str = "com/liferay/portal/upgrade/registry/UpgradeStepRegistrator$Registry";
pub const STEP: &str = "com/liferay/portal/kernel/upgrade/UpgradeStep";
pub const PORTAL_UPGRADE_PROCESS: &str = "com/liferay/portal/upgrade/PortalUpgradeProcess";
pub const STEPS: &str = "()[Lcom/liferay/portal/kernel/upgrade/UpgradeStep;";
const VERSION_MAP: &str = "com/liferay/portal/kernel/upgrade/util/UpgradeVersionTreeMap";
const VERSION: &str = "com/liferay/portal/kernel/version/Version";

/// `new CLASS()`.
pub fn make(class: &mut Assembler, code: &mut Code, name: &str) {
    let index = class.class(name);
    let constructor = class.member(10, name, "<init>", "()V");
    code.wide(op::NEW, index)
        .op(op::DUP)
        .wide(op::INVOKESPECIAL, constructor);
}

/// `new UpgradeStep[] {new STEP()}`, or an empty array.
pub fn array(class: &mut Assembler, code: &mut Code, step: Option<&str>) {
    let index = class.class(STEP);
    let length = if step.is_some() {
        op::ICONST_1
    } else {
        op::ICONST_0
    };
    code.op(length).wide(op::ANEWARRAY, index);
    if let Some(step) = step {
        code.op(op::DUP).op(op::ICONST_0);
        make(class, code, step);
        code.op(op::AASTORE);
    }
}

/// `registry.register(from, to, new UpgradeStep[] {new STEP()})` with indexes of two string constants.
pub fn registration(class: &mut Assembler, code: &mut Code, from: u16, to: u16, step: &str) {
    let register = class.member(
        11,
        REGISTRY,
        "register",
        "(Ljava/lang/String;Ljava/lang/String;[Lcom/liferay/portal/kernel/upgrade/UpgradeStep;)V",
    );
    code.op(op::ALOAD_1)
        .wide(op::LDC_W, from)
        .wide(op::LDC_W, to);
    array(class, code, Some(step));
    code.interface(register, 4);
}

/// A registrator with one registration; the texts are bytes in modified UTF-8.
pub fn registrator(from: &[u8], to: &[u8], step: &str) -> Assembler {
    let mut class = Assembler::new("a/Registrator", "java/lang/Object");
    let (from, to) = (class.raw_string(from), class.raw_string(to));
    let mut code = Code::default();
    registration(&mut class, &mut code, from, to, step);
    code.op(op::RETURN);
    class.method(false, "register", REGISTER, &code);
    class
}

/// The registry of 7.4's form with one `put` of one step, the class itself being the step, too; `before` is the code
/// of its `getPreUpgradeSteps`.
pub fn core(step: &str, before: impl FnOnce(&mut Assembler, &mut Code)) -> Assembler {
    let mut class = Assembler::new(
        PORTAL_UPGRADE_PROCESS,
        "com/liferay/portal/kernel/upgrade/UpgradeProcess",
    );
    let mut code = Code::default();
    make(&mut class, &mut code, VERSION_MAP);
    code.op(op::DUP);
    put(&mut class, &mut code, 0, step);
    let field = class.member(9, PORTAL_UPGRADE_PROCESS, "_map", "Ljava/util/TreeMap;");
    code.wide(op::PUTSTATIC, field).op(op::RETURN);
    class.method(true, "<clinit>", "()V", &code);
    let mut code = Code::default();
    before(&mut class, &mut code);
    class.method(false, "getPreUpgradeSteps", STEPS, &code);
    let mut code = Code::default();
    array(&mut class, &mut code, None);
    code.op(op::ARETURN);
    class.method(false, "getPostUpgradeSteps", STEPS, &code);
    class
}

/// A static initialiser that puts so many steps of one class, each under a key of its own.
pub fn many_puts(class: &mut Assembler, step: &str, count: u16) -> Code {
    let mut code = Code::default();
    make(class, &mut code, VERSION_MAP);
    let field = class.member(9, PORTAL_UPGRADE_PROCESS, "_map", "Ljava/util/TreeMap;");
    code.op(op::DUP).wide(op::PUTSTATIC, field).op(op::ASTORE_1);
    for number in 0..count {
        code.op(op::ALOAD_1);
        put(class, &mut code, number, step);
    }
    code.op(op::RETURN);
    code
}

/// `map.put(new Version(1, 0, number), new UpgradeStep[] {new STEP()})` with the map on the stack.
fn put(class: &mut Assembler, code: &mut Code, number: u16, step: &str) {
    let version = class.class(VERSION);
    let constructor = class.member(10, VERSION, "<init>", "(III)V");
    code.wide(op::NEW, version)
        .op(op::DUP)
        .op(op::ICONST_1)
        .op(op::ICONST_0)
        .wide(op::SIPUSH, number)
        .wide(op::INVOKESPECIAL, constructor);
    array(class, code, Some(step));
    let put = class.member(
        10,
        VERSION_MAP,
        "put",
        "(Lcom/liferay/portal/kernel/version/Version;[Lcom/liferay/portal/kernel/upgrade/UpgradeStep;)V",
    );
    code.wide(op::INVOKEVIRTUAL, put);
}
