package logging

// The attribute keys of the project's logs. One name for one thing, so that logs can be searched.
const (
	Actor    = "actor"    // key of an actor: "campaign/cmp_…"
	Message  = "message"  // type of a message, without package
	Error    = "error"    // text of an error
	Kind     = "kind"     // what to do about an error: fault.Kind as text
	Code     = "code"     // stable code of an error or refusal
	Restarts = "restarts" // how often an actor was restarted
	Stack    = "stack"    // of a panic
	Count    = "count"    // how many
	Took     = "took"     // real time that something needed
	Courier  = "courier"  // id of a courier
	Effect   = "effect"   // id of an effect
	Platform = "platform" // "meta", "tiktok", "google"
	Campaign = "campaign" // id of a campaign
	Product  = "product"  // id of a product
	Order    = "order"    // id of an order
	Method   = "method"   // of an HTTP request
	Path     = "path"     // of an HTTP request, without query
	Status   = "status"   // of an HTTP response
	Address  = "address"  // that is listened on or dialled
	User     = "user"     // e-mail of an operator
	Node     = "node"     // name of this process among several
	Version  = "version"  // of the program
)
