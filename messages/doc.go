// Package messages is everything that actors say to each other: protobuf, one .proto file for each actor, and the generated code.
//
// Commands are imperative, events are in the past tense, a refusal is a reply, a question is GetX and its answer X. Private messages of
// an actor to itself are unexported Go types in its own package and are not here.
//
// A durable message is a row of actor_message that was written by the sender's commit; it is sent again until the receiver's commit has
// deleted it. It may therefore come twice, and its first field, the id column, makes the second time harmless. Where the column is
// "-", losing or repeating the message changes nothing: it says "look", or it is asked again.
//
// In the tables api is package httpapi, supervisor the root package, kit runtime/actorkit and directory runtime/directory; all other
// names are actors. "-" in from or to means that nobody sends or reads it: the receiver is ready, the other half is missing. The
// commands that people give (api) are questions with a reply; the same command from an actor is durable.
//
// # Commands and events
//
//	message             from                    to                        reply                          durable  id
//
//	RunScout            api                     scout                     Accepted, Refusal              no       run_id
//	ProductScouted      scout                   product                   -                              yes      sighting_id
//	MakeCreatives       api, campaign           product                   Accepted, Refusal              yes      request_id
//	CreativesReady      product                 campaign                  -                              yes      request_id
//	LaunchProduct       ceo                     product                   -                              yes      launch_id
//	CampaignEnded       campaign                product                   -                              yes      campaign_id
//	StockChanged        orders                  product                   -                              yes      notice_id
//	ProductReady        product                 ceo                       -                              yes      product_id
//	ProductGone         product                 ceo                       -                              yes      notice_id
//	PlanCampaign        product                 campaign                  -                              yes      campaign_id
//	AskApproval         campaign                approvals                 -                              yes      approval_id
//	DecideApproval      api                     approvals                 Accepted, Refusal              no       approval_id
//	WithdrawApproval    campaign                approvals                 -                              yes      approval_id
//	ApprovalDecided     approvals               campaign                  -                              yes      approval_id
//	CampaignOpened      campaign                ceo                       -                              yes      campaign_id
//	CampaignClosed      campaign                ceo                       -                              yes      campaign_id
//	CampaignProven      campaign                ceo                       -                              yes      proof_id
//	PauseCampaign       api, ceo, product       campaign                  Accepted, Refusal              yes      command_id
//	ResumeCampaign      api, ceo, product       campaign                  Accepted, Refusal              yes      command_id
//	ChangeBudget        api                     campaign                  Accepted, Refusal              no       command_id
//	DecideNow           api                     campaign                  Accepted, Refusal              no       command_id
//	ConversionReceived  orders                  campaign                  -                              yes      order_id
//	ReserveBudget       campaign                treasurer                 -                              yes      reservation_id
//	BudgetFreed         treasurer               campaign                  -                              yes      freed_id
//	BudgetReserved      treasurer               campaign                  -                              yes      reservation_id
//	BudgetRefused       treasurer               campaign                  -                              yes      reservation_id
//	ReleaseBudget       campaign                treasurer                 -                              yes      release_id
//	FetchInsights       campaign                courier                   -                              no       -
//	InsightsFetched     courier                 campaign                  -                              no       -
//	StandingsSeen       courier                   campaign                  -                              no       -
//	FetchSpend          treasurer               courier                   -                              no       -
//	SpendObserved       courier                 treasurer                 -                              no       observation_id
//	FetchTracking       orders                  courier                   -                              no       -
//	TrackingFetched     courier                 orders                    -                              no       -
//	Freeze              api, ceo, supervisor, treasurer  ceo, treasurer            Accepted                       yes      freeze_id
//	EffectPerformed     courier                 campaign, courier, orders, product, reporter, treasurer  -                             yes      effect_id
//	Unfreeze            api, ceo                ceo, treasurer            Accepted, Refusal              yes      unfreeze_id
//	ActorFailed         supervisor              ceo                       -                              no       -
//	WebhookStored       api                     orders                    -                              no       -
//	Wake                api, directory, kit     courier, kit, orders, treasurer  -                       no       -
//	RunReport           api                     reporter                  Accepted, Refusal              no       report_id
//	MailReport          api                     reporter                  Accepted, Refusal              no       command_id
//	TestChannel         api                     reporter                  Accepted, Refusal              no       command_id
//	RunBackup           api                     housekeeper               Accepted                       no       run_id
//
// The kit takes a Wake for every actor that has nothing to do on it but start: its alarms are armed by that.
//
// # Questions and replies
//
//	message             from                    to                        reply                          durable  id
//
//	GetTreasury         api                     treasurer                 Treasury                       no       -
//	Treasury            treasurer               api                       -                              no       -
//	GetControl          -                       ceo                       ControlState                   no       -
//	ControlState        ceo                     -                         -                              no       -
//	Accepted            approvals, campaign, ceo, housekeeper, product, reporter, scout, treasurer  api  -  no    -
//	Refusal             approvals, campaign, ceo, kit, product, reporter, scout                     api  -  no    -
//
// # Effects
//
// What a courier performs, as a part of Effect in the outbox, with the couriers that perform it. The answer is EffectPerformed.
//
//	effect              from                    performed by
//
//	CreateCampaign      campaign                meta, tiktok, google
//	CreateAdSet         campaign                meta, tiktok, google
//	CreateAd            campaign                meta, tiktok, google
//	SetDelivery         campaign, courier       meta, tiktok, google
//	SetBudget           campaign                meta, tiktok, google
//	SetBid              campaign                meta, tiktok, google
//	CreateLookalike     campaign                meta, tiktok, google
//	RemoveCampaign      courier                 meta, tiktok, google
//	SetAccountCeiling   treasurer               meta
//	ValidatePlan        campaign                meta, tiktok, google
//	ProduceCreatives    product                 studio
//	PublishListing      product                 store
//	PlaceSupplierOrder  orders                  supplier
//	CheckStock          product                 supplier
//	NotifyCustomer      orders                  notify
//	SendLetter          reporter                notify
//	SendCRM             campaign, orders        crm
//	EnsureWebhook       orders                  store
//
// Every other message is the snapshot of an actor (…State) or a part of a message. The test messages_test.go of the root package holds
// these tables to what the sources do.
package messages
