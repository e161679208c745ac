package configs

import "time"

const day = 24 * time.Hour

// Default is the configuration of a machine on which nothing was set: the sandbox world with the mission's own figures.
func Default() Config {
	return Config{
		World: "sandbox", Speed: 1440, Seed: 1, DataDir: "./data", Cluster: "off", SandboxAddr: "127.0.0.1:8089",
		HTTP:      HTTP{Addr: "127.0.0.1:8080", Idle: 12 * time.Hour, Absolute: 7 * day},
		Account:   Account{TZ: "America/Sao_Paulo", Currency: "USD", Rates: defaultRates()},
		Admin:     Admin{Email: "admin@localhost"},
		Targets:   defaultTargets(),
		Caps:      defaultCaps(),
		Treasury:  Treasury{AccountCeiling: "auto"},
		Scouting:  Scouting{Every: day, PerSource: 50, Countries: []string{"US"}, Keywords: []string{}, MaxShipDays: 20, MarketMarkup: "2.5"},
		Qualify:   defaultQualify(),
		Creatives: Creatives{Variations: 6, Languages: []string{"pt-BR", "en"}, ImageSize: 1080},
		Campaigns: defaultCampaigns(),
		Approvals: Approvals{Above: "0", RaisesAbove: "50%", StepUpAbove: "100"},
		Scaling:   defaultScaling(),
		Schedule: Schedule{
			Monitor: time.Hour, Decide: 6 * time.Hour, Plan: time.Hour, Sweep: 10 * time.Minute, Health: 5 * time.Minute, Track: day,
			Survey: 5 * time.Minute, Reconcile: 4 * time.Minute,
		},
		Courier: Courier{
			Tries: 3, Backoff: 2 * time.Second, BackoffMax: 10 * time.Minute, BreakAfter: 5, BreakFor: time.Minute,
			CallTimeout: 30 * time.Second, PoolSize: 16,
		},
		Retention: Retention{Days: 90, Backups: 7},
		Platforms: Platforms{MetaAPIVersion: "v26.0", MailFrom: "orders@shop.invalid"},
	}
}

func defaultTargets() Targets {
	return Targets{
		ROAS: "1.5", CTR: "0.015", CVR: "0.02", CPAOfAOV: "0.4", MinImpressions: 1000,
		TestPeriod: day, Extension: day, MaxCPA: "30", MinAOV: "50", ExpandROAS: "2",
	}
}

func defaultCaps() Caps {
	return Caps{
		Daily: "300", Weekly: "1500", AlertPercent: 80, LaunchShare: 20, SettleLag: 3 * time.Hour,
		Overdelivery: map[string]string{"meta": "1.75", "tiktok": "1.25", "google": "2"},
	}
}

func defaultQualify() Qualify {
	return Qualify{
		MinScore: 70, WeightConv: 40, WeightComp: 30, WeightMargin: 30, MinMargin: "0.40", MaxMargin: "0.85", MarkUp: "3",
		PaymentFee: "0.029", FixedFee: "0.30", MinPrice: "0", RejudgeAfter: 14,
		Allowed: []string{}, Forbidden: []string{}, Trademarks: []string{},
	}
}

func defaultCampaigns() Campaigns {
	return Campaigns{
		Platforms: []string{"meta", "tiktok"}, BudgetMeta: "50", BudgetTikTok: "20", BudgetGoogle: "20",
		Countries: []string{"BR", "US"}, MaxOpen: 20, PerCycle: 2, LeastFree: "20", Drift: "undo", MaxQueueAge: 14 * day,
		ApprovalTTL: 48 * time.Hour, PublishWithin: 30 * time.Minute, BudgetWait: 7 * day,
	}
}

func defaultScaling() Scaling {
	return Scaling{
		RaisePercent: 20, RaiseEvery: 48 * time.Hour, MaxTimes: 3, RollbackFall: "0.20", CopyFraction: "0.5",
		RotateEvery: 72 * time.Hour, RotateCount: 5, KeepTop: 3, RetireAfter: 48 * time.Hour, CostCapOfAOV: "0.3", StableSales: 50,
		MaxAdSets: 6, MaxAdsPerSet: 12, MaxExpansions: 2,
	}
}

// defaultRates are units of each currency per US dollar, so that foreign prices can be compared on the first day: the June 2026 means of
// the open exchange-rates data set (github.com/datasets/exchange-rates, PDDL); IDR, PHP, VND, CLP, COP and ARS are not in it and are
// round orders of magnitude. The live world should be given current ones in account.rates.
func defaultRates() map[string]string {
	return map[string]string{
		"BRL": "5.1241", "EUR": "0.8684", "GBP": "0.7497", "MXN": "17.3792", "CAD": "1.4034", "AUD": "1.4235", "CNY": "6.7758",
		"JPY": "160.77", "MYR": "4.0635", "SGD": "1.2878", "THB": "32.899", "INR": "94.96",
		"IDR": "16500", "PHP": "58", "VND": "26000", "CLP": "950", "COP": "3900", "ARS": "1400",
	}
}
