// Package actorkit is what every actor is built with: identity, durable state, durable timers, durable messages, and slow work
// outside the mailbox. It knows no business.
//
// What holds, whatever crashes when:
//
//   - A handler decides, then calls Kit.Commit once: state, facts, audit, effects, messages to others, alarms and the end of the
//     message being handled are one transaction. A store that fails makes Commit panic, the actor restarts from what is stored,
//     and the message comes again.
//   - Every activation has an epoch of its own, and the store refuses commits of older ones. Two live copies of an actor cannot
//     both write.
//   - A durable message (Change.Tells) is stored with its sender's commit and forgotten with its receiver's. In between it is
//     repeated, so receivers are idempotent by its first field. Its id is the same when the sender decides again after a crash.
//   - An alarm that has fired stays stored until the commit of the handler that it fired; a handler that had nothing to change is
//     followed by a commit that removes it.
//   - Slow work (Kit.Run) continues the handling of the message that started it: the commit of the handler that takes its result
//     ends that message. A result that comes after a restart is dropped; the message that started the work comes again.
//   - Nothing here starts a goroutine or reads a clock of its own, so in virtual time a run repeats exactly.
package actorkit
