//! Class files that are wrong, or that were made to be slow: each is named, and none takes long or much memory.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[allow(unreachable_pub, reason = "shared with the generator of seeds")]
mod class_bytes;
#[path = "common/limits.rs"]
#[allow(unreachable_pub, reason = "shared between tests")]
mod limits;

use class_bytes::assembler::{Assembler, Code, op};
use class_bytes::samples::{self, PORTAL_UPGRADE_PROCESS, REGISTER, STEPS};
use limits::bounded;
use raylift_formats::class::{ClassError, ClassFile};
use raylift_formats::{core_registry, registrator, release_info};
use raylift_model::facts::{CoreRegistry, ModuleRegistrations};

fn register(class: &[u8]) -> ModuleRegistrations {
    registrator::read(
        &|name| (name == "a/Registrator").then(|| class.to_vec()),
        "a.Registrator",
    )
}

fn registry(class: &[u8]) -> CoreRegistry {
    core_registry::read(&|name| (name == PORTAL_UPGRADE_PROCESS).then(|| class.to_vec()))
}

#[test]
fn the_sample_is_read_when_nothing_is_wrong() {
    let read = register(&samples::registrator(b"1.0.0", b"1.1.0", "a/Step").bytes());
    assert_eq!(read.undetermined, Vec::<String>::new());
    assert_eq!(read.registrations.len(), 1);
    assert_eq!(read.registrations[0].from.as_str(), "1.0.0");
    assert_eq!(read.registrations[0].classes, ["a.Step"]);
}

/// Section 4.4.7: NUL has two bytes, and what lies beyond the basic plane is a pair of surrogates of three each.
#[test]
fn modified_utf_8_is_read() {
    let step = "ä/\u{1f600}Step";
    let from = b"\xc0\x80\xc3\xa4\xed\xa0\xbd\xed\xb8\x80";
    let read = register(&samples::registrator(from, b"1.1.0", step).bytes());
    assert_eq!(read.undetermined, Vec::<String>::new());
    assert_eq!(read.registrations[0].from.as_str(), "\0ä\u{1f600}");
    assert_eq!(read.registrations[0].classes, ["ä.\u{1f600}Step"]);
}

/// A lone surrogate is allowed in a string constant and is no Unicode text; the other forms break section 4.4.7.
#[test]
fn text_that_is_none_makes_the_registration_undetermined() {
    let wrong: [&[u8]; 6] = [
        b"\xed\xa0\xbd",
        b"\xf0\x9f\x98\x80",
        b"a\0b",
        b"\xc3",
        b"\x80",
        b"\xff",
    ];
    for bytes in wrong {
        let read = register(&samples::registrator(bytes, b"1.1.0", "a/Step").bytes());
        assert!(read.registrations.is_empty(), "{bytes:?}");
        assert!(!read.undetermined.is_empty(), "{bytes:?}");
    }
}

/// Table 4.1-A: 45 is Java 1.1, 69 is Java 25.
#[test]
fn a_major_version_that_is_not_known_is_not_read() {
    for (major, known) in [
        (0, false),
        (44, false),
        (45, true),
        (52, true),
        (69, true),
        (70, false),
        (999, false),
        (u16::MAX, false),
    ] {
        let mut class = samples::registrator(b"1.0.0", b"1.1.0", "a/Step");
        class.major = major;
        let read = register(&class.bytes());
        assert_eq!(read.undetermined.is_empty(), known, "{major}");
        assert_eq!(read.registrations.is_empty(), !known, "{major}");
        let file = ClassFile::read(class.bytes());
        assert_eq!(
            file.err(),
            (!known).then_some(ClassError::Version { major }),
            "{major}"
        );
    }
}

#[test]
fn pools_that_are_wrong_are_damage() {
    let good = samples::registrator(b"1.0.0", b"1.1.0", "a/Step");
    let length = u16::from_be_bytes([good.bytes()[8], good.bytes()[9]]);
    for wrong in [0, 1, length - 1, length + 1, u16::MAX] {
        let mut class = samples::registrator(b"1.0.0", b"1.1.0", "a/Step");
        class.pool_length = Some(wrong);
        let read = register(&class.bytes());
        assert!(!read.undetermined.is_empty(), "length {wrong}");
        assert!(read.registrations.is_empty(), "length {wrong}");
    }
    // Whatever is wrong, the answer is the right one, where the item does not matter, or none at all.
    let right = register(&good.bytes());
    // Every item in turn gets a tag that does not exist, or that of another kind (table 4.4-A).
    let bytes = good.bytes();
    let mut at = 10;
    for _ in 1..length {
        let size = match bytes[at] {
            1 => 3 + usize::from(u16::from_be_bytes([bytes[at + 1], bytes[at + 2]])),
            7 | 8 => 3,
            _ => 5,
        };
        for tag in [0, 2, 13, 255, if size == 3 { 16 } else { 3 }] {
            let mut wrong = bytes.clone();
            wrong[at] = tag;
            let read = register(&wrong);
            assert!(
                read == right || !read.undetermined.is_empty(),
                "tag {tag} at {at}: {read:?}"
            );
        }
        // Items that name items beyond the pool, the missing item 0, or themselves.
        for index in [0, length, u16::MAX] {
            let mut wrong = bytes.clone();
            if bytes[at] != 1 {
                wrong[at + 1..at + 3].copy_from_slice(&index.to_be_bytes());
                let read = register(&wrong);
                assert!(
                    read == right || !read.undetermined.is_empty(),
                    "index {index} at {at}: {read:?}"
                );
            }
        }
        at += size;
    }
}

#[test]
fn a_core_registry_that_is_cut_short_is_undetermined() {
    let whole = samples::core("a/Step", no_steps).bytes();
    for length in 0..whole.len() {
        let read = registry(&whole[..length]);
        assert_eq!(read.latest_schema_version, None, "{length}");
        assert!(!read.undetermined.is_empty(), "{length}");
        let _ = release_info::read(whole[..length].to_vec());
    }
}

fn no_steps(class: &mut Assembler, code: &mut Code) {
    samples::array(class, code, None);
    code.op(op::ARETURN);
}

fn with_register(class: &mut Assembler, code: &Code) -> ModuleRegistrations {
    class.method(false, "register", REGISTER, code);
    let bytes = class.bytes();
    bounded("register", || register(&bytes))
}

/// Section 4.7.3: the code has fewer than 65536 bytes.
#[test]
fn giant_methods_end() {
    let mut class = Assembler::new("a/Registrator", "java/lang/Object");
    let read = with_register(
        &mut class,
        &Code([&[op::NOP; 65_534][..], &[op::RETURN]].concat()),
    );
    assert_eq!(read.undetermined, Vec::<String>::new());

    let mut class = Assembler::new("a/Registrator", "java/lang/Object");
    let read = with_register(&mut class, &Code(vec![op::NOP; 1 << 20]));
    assert!(!read.undetermined.is_empty());

    // The same long text again and again.
    let mut class = Assembler::new("a/Registrator", "java/lang/Object");
    let text = class.string(&"x".repeat(60_000));
    let mut code = Code::default();
    while code.0.len() < 65_500 {
        code.wide(op::LDC_W, text).op(op::POP);
    }
    code.op(op::RETURN);
    let read = with_register(&mut class, &code);
    assert!(!read.undetermined.is_empty());

    // A giant method that is called again and again.
    let mut class = Assembler::new("a/Registrator", "java/lang/Object");
    let giant = class.member(10, "a/Registrator", "giant", REGISTER);
    class.method(
        true,
        "giant",
        REGISTER,
        &Code([&[op::RETURN][..], &[op::NOP; 65_534]].concat()),
    );
    let mut code = Code::default();
    while code.0.len() < 65_500 {
        code.op(op::ACONST_NULL)
            .op(op::POP)
            .op(op::ALOAD_1)
            .wide(op::INVOKESTATIC, giant);
    }
    code.op(op::RETURN);
    with_register(&mut class, &code);
}

#[test]
fn values_that_grow_end() {
    // f(f(f(…))), each holding a copy of the last one.
    let mut class = Assembler::new("a/Registrator", "java/lang/Object");
    let call = class.member(10, "a/Other", "f", "(Ljava/lang/Object;)Ljava/lang/Object;");
    let mut code = Code::default();
    code.op(op::ACONST_NULL);
    while code.0.len() < 65_500 {
        code.wide(op::INVOKESTATIC, call);
    }
    code.op(op::RETURN);
    with_register(&mut class, &code);

    // The same, spread over the stack.
    let mut class = Assembler::new("a/Registrator", "java/lang/Object");
    let call = class.member(
        10,
        "a/Other",
        "f",
        "(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;",
    );
    let mut code = Code::default();
    code.op(op::ACONST_NULL);
    for _ in 0..14 {
        code.op(op::DUP).wide(op::INVOKESTATIC, call);
    }
    while code.0.len() < 65_500 {
        code.op(op::DUP);
    }
    code.op(op::RETURN);
    with_register(&mut class, &code);

    // A large array that is registered again and again.
    let mut class = Assembler::new("a/Registrator", "java/lang/Object");
    let (from, to) = (class.string("1.0.0"), class.string("1.1.0"));
    let step = class.class(samples::STEP);
    let register = class.member(
        11,
        samples::REGISTRY,
        "register",
        "(Ljava/lang/String;Ljava/lang/String;[Lcom/liferay/portal/kernel/upgrade/UpgradeStep;)V",
    );
    let mut code = Code::default();
    code.wide(op::SIPUSH, 3_900).wide(op::ANEWARRAY, step);
    code.op(0x4d);
    while code.0.len() < 65_500 {
        code.op(op::ALOAD_1)
            .wide(op::LDC_W, from)
            .wide(op::LDC_W, to)
            .op(0x2c)
            .interface(register, 4);
    }
    code.op(op::RETURN);
    with_register(&mut class, &code);
}

#[test]
fn long_names_said_often_end() {
    let long = "x".repeat(60_000);
    // In calls.
    let mut class = Assembler::new("a/Registrator", "java/lang/Object");
    let call = class.member(11, samples::REGISTRY, &long, "()V");
    let mut code = Code::default();
    while code.0.len() < 65_500 {
        code.op(op::ALOAD_1).interface(call, 1);
    }
    code.op(op::RETURN);
    let read = with_register(&mut class, &code);
    assert!(!read.undetermined.is_empty());

    // As names of methods and interfaces.
    let mut class = Assembler::new("a/Registrator", "java/lang/Object");
    let (name, descriptor) = (class.text(&long), class.text("()V"));
    let interface = class.class(&long);
    for _ in 0..65_000 {
        class.declaration(name, descriptor);
        class.interface(interface);
    }
    let bytes = class.bytes();
    assert!(bounded("names", || ClassFile::read(bytes)).is_err());

    // As calls of a class that is asked for all of them.
    let mut class = Assembler::new(
        "com/liferay/portal/events/StartupAction",
        "java/lang/Object",
    );
    let call = class.member(10, "a/Other", &long, "()V");
    let mut code = Code::default();
    while code.0.len() < 65_500 {
        code.wide(op::INVOKESTATIC, call);
    }
    class.method(true, "a", "()V", &code);
    let file = ClassFile::read(class.bytes()).unwrap();
    assert!(bounded("calls", || file.calls()).is_err());
}

#[test]
fn methods_that_call_themselves_end() {
    // Once, and twice each time.
    for calls in [1, 2, 100] {
        let mut class = Assembler::new("a/Registrator", "java/lang/Object");
        let own = class.member(10, "a/Registrator", "register", REGISTER);
        let mut code = Code::default();
        for _ in 0..calls {
            code.op(op::ALOAD_0)
                .op(op::ALOAD_1)
                .wide(op::INVOKEVIRTUAL, own);
        }
        code.op(op::RETURN);
        let read = with_register(&mut class, &code);
        assert!(!read.undetermined.is_empty());
    }
}

#[test]
fn a_class_that_is_its_own_superclass_ends() {
    let class = Assembler::new("a/Registrator", "a/Registrator").bytes();
    let read = bounded("superclasses", || register(&class));
    assert!(!read.undetermined.is_empty());
}

/// The steps before a step are asked for with `getPreUpgradeSteps`; here it asks itself, loops, or makes a step of its
/// own class, whose steps the release does not ask for (`UpgradeProcess.getUpgradeSteps` of 7.4).
#[test]
fn steps_before_a_step_end_however_they_are_made() {
    let itself = samples::core(PORTAL_UPGRADE_PROCESS, |class, code| {
        let own = class.member(10, PORTAL_UPGRADE_PROCESS, "getPreUpgradeSteps", STEPS);
        code.op(op::ALOAD_0)
            .wide(op::INVOKEVIRTUAL, own)
            .op(op::ARETURN);
    });
    let read = bounded("recursion", || registry(&itself.bytes()));
    assert_eq!(read.latest_schema_version.unwrap().as_str(), "1.0.0");
    assert!(read.steps[0].undetermined.is_some());

    let endless = samples::core(PORTAL_UPGRADE_PROCESS, |_, code| {
        code.wide(op::GOTO, 0);
    });
    let read = bounded("a loop", || registry(&endless.bytes()));
    assert!(read.steps[0].undetermined.is_some());

    let another = samples::core(PORTAL_UPGRADE_PROCESS, |class, code| {
        samples::array(class, code, Some(PORTAL_UPGRADE_PROCESS));
        code.op(op::ARETURN);
    });
    let read = bounded("steps of its own class", || registry(&another.bytes()));
    let versions: Vec<_> = read
        .steps
        .iter()
        .map(|step| step.schema_version.as_str())
        .collect();
    assert_eq!(versions, ["1.0.0.step-1", "1.0.0"]);
}

/// A registry with thousands of steps, whose `getPreUpgradeSteps` each time loops until it is stopped.
#[test]
fn many_steps_that_loop_end() {
    let mut class = Assembler::new("a/Step", "java/lang/Object");
    let mut code = Code::default();
    code.wide(op::GOTO, 0);
    class.method(false, "getPreUpgradeSteps", STEPS, &code);
    let step = class.bytes();
    let mut class = Assembler::new(PORTAL_UPGRADE_PROCESS, "java/lang/Object");
    let code = samples::many_puts(&mut class, "a/Step", 1_200);
    class.method(true, "<clinit>", "()V", &code);
    let bytes = class.bytes();
    let source = |name: &str| match name {
        PORTAL_UPGRADE_PROCESS => Some(bytes.clone()),
        "a/Step" => Some(step.clone()),
        _ => None,
    };
    let read = bounded("many loops", || core_registry::read(&source));
    assert!(!read.undetermined.is_empty());
}

#[test]
fn a_large_class_is_not_unpacked_for_every_method() {
    // 16 MB of constants before a chain of small methods: reading it again for each takes long.
    let mut class = Assembler::new("a/Registrator", "java/lang/Object");
    let methods = 2_000;
    let mut code = Code::default();
    let calls: Vec<u16> = (0..methods)
        .map(|number| class.member(10, "a/Registrator", &format!("m{number}"), REGISTER))
        .collect();
    for call in calls {
        code.op(op::ALOAD_0)
            .op(op::ALOAD_1)
            .wide(op::INVOKEVIRTUAL, call);
    }
    code.op(op::RETURN);
    for number in 0..methods {
        class.method(
            false,
            &format!("m{number}"),
            REGISTER,
            &Code(vec![op::RETURN]),
        );
    }
    for number in 0..200 {
        class.text(&format!("{number}{}", "x".repeat(60_000)));
    }
    with_register(&mut class, &code);
}
