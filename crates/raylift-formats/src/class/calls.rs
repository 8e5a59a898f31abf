//! Calls.

use super::descriptor::MethodShape;
use super::frame::Frame;
use super::guide::{Call, Guide, Reply, Stop, describe};
use super::machine::Machine;
use super::operation::{CallKind, MethodName};
use super::value::{Object, Slot, Value};
use super::weight::weight_of_slot;

impl Machine<'_> {
    pub(super) fn call(
        &mut self,
        guide: &mut dyn Guide,
        frame: &mut Frame,
        kind: CallKind,
        method: &MethodName,
        depth: usize,
    ) -> Result<(), Stop> {
        let shape = MethodShape::of(&method.descriptor)
            .ok_or_else(|| frame.broken("a broken descriptor"))?;
        let mut arguments = Vec::with_capacity(shape.parameters);
        for _ in 0..shape.parameters {
            arguments.push(frame.pop()?);
        }
        arguments.reverse();
        let receiver = if kind == CallKind::Static {
            None
        } else {
            Some(frame.pop()?)
        };
        let call = Call {
            kind,
            method: method.clone(),
            receiver,
            arguments,
        };
        let construction = kind == CallKind::Special && method.name == "<init>";
        if construction {
            self.construct(&call);
        }
        let result = match guide.call(self, &call) {
            Reply::Stop(reason) => return Err(Stop(reason)),
            Reply::Known(slot) => Some(slot),
            Reply::Enter(target) => {
                let given = call.receiver.iter().chain(&call.arguments);
                self.spend(given.map(weight_of_slot).sum());
                let mut arguments = Vec::with_capacity(call.arguments.len() + 1);
                arguments.extend(call.receiver.clone());
                arguments.extend(call.arguments.iter().cloned());
                self.enter(guide, &target, arguments, depth + 1)?
            }
            Reply::Ignore => {
                let result = self.called(&call, &frame.method.class);
                for argument in call.receiver.iter().chain(&call.arguments) {
                    self.spoil(argument, &describe(method));
                }
                Some(result)
            }
        };
        if !shape.returns {
            return Ok(());
        }
        match result {
            Some(Slot::Plain(value)) if shape.returns_wide => frame.push(Slot::Wide(value)),
            Some(slot) => frame.push(slot),
            None => Err(frame.broken("a method without the result it promises")),
        }
    }

    fn construct(&mut self, call: &Call) {
        let copies = self.copies(&call.arguments);
        let Some(Slot::Object(index)) = &call.receiver else {
            return;
        };
        if let Some(Object::Instance { class, arguments }) = self.objects.get_mut(*index)
            && *class == call.method.class
        {
            *arguments = Some(copies);
        }
    }

    fn called(&mut self, call: &Call, caller: &str) -> Slot {
        let arguments = self.copies(&call.arguments);
        Slot::Plain(Value::Called {
            class: call.method.class.clone(),
            method: call.method.name.clone(),
            descriptor: call.method.descriptor.clone(),
            arguments,
            caller: caller.to_owned(),
        })
    }
}
