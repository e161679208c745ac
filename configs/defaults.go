package configs

import "time"

const day = 24 * time.Hour

// Default is the configuration of a machine on which nothing was set: the sandbox world with the mission's own figures.
func Default() Config {
	return Config{
		World: "sandbox", Speed: 1440, Seed: 1, DataDir: "./data", Cluster: "off",
		HTTP:      HTTP{Addr: "127.0.0.1:8080", Idle: 12 * time.Hour, Absolute: 7 * day},
		Account:   Account{TZ: "America/Sao_Paulo", Currency: "USD", Rates: defaultRates()},
		Admin:     Admin{Email: "admin@localhost"},
		Targets:   defaultTargets(),
		Caps:      defaultCaps(),
		Scouting:  Scouting{Every: day, PerSource: 40, Countries: []string{"BR", "US"}, MaxShipDays: 30},
		Qualify:   defaultQualify(),
		Creatives: Creatives{Variations: 6, Languages: []string{"pt-BR", "en"}, ImageSize: 1080},
		Campaigns: defaultCampaigns(),
		Scaling:   defaultScaling(),
		Schedule: Schedule{
			Monitor: time.Hour, Decide: 6 * time.Hour, Plan: time.Hour, Settle: time.Hour, Sweep: 10 * time.Minute,
			Health: 5 * time.Minute, Renew: "22:30", Track: 12 * time.Hour,
		},
		Courier: Courier{
			Tries: 3, Backoff: 2 * time.Second, BackoffMax: 10 * time.Minute, BreakAfter: 5, BreakFor: 5 * time.Minute,
			CallTimeout: 30 * time.Second, PoolSize: 16, CRMTimeout: 5 * time.Second, StudioLimits: 4,
		},
		Retention: Retention{Days: 90, Backups: 7},
		Platforms: Platforms{MetaAPIVersion: "v26.0", MailFrom: "orders@shop.invalid"},
	}
}

func defaultTargets() Targets {
	return Targets{
		ROAS: "1.5", CTR: "0.015", CVR: "0.02", CPAOfAOV: "0.4", MinImpressions: 1000,
		TestPeriod: day, TestPeriodMax: 2 * day, Extension: day, MaxCPA: "30", MinAOV: "50", ExpandROAS: "2",
	}
}

func defaultCaps() Caps {
	return Caps{
		Daily: "300", Weekly: "1500", AlertPercent: 80, SettleLag: 3 * time.Hour,
		Overdelivery: map[string]string{"meta": "1.75", "tiktok": "1.25", "google": "2"},
	}
}

func defaultQualify() Qualify {
	return Qualify{
		MinScore: 70, WeightConv: 40, WeightComp: 30, WeightMargin: 30, MinMargin: "0.40", MaxMargin: "0.90", FeePercent: "0.04",
		MinPrice: "12", MaxPrice: "400", RejudgeAfter: 14, MarketMarkup: "2.5", PriceFraction: "0.95",
		Forbidden:  []string{},
		Trademarks: []string{},
	}
}

func defaultCampaigns() Campaigns {
	return Campaigns{
		Platforms: []string{"meta", "tiktok"}, BudgetMeta: "50", BudgetTikTok: "20", BudgetGoogle: "20",
		Countries: []string{"BR", "US"}, AgeMin: 18, AgeMax: 65, AdsPerCampaign: 6, MaxOpen: 25, MaxQueueAge: 14 * day,
		ApprovalTTL: 48 * time.Hour, PublishWithin: 30 * time.Minute, BudgetWait: 3 * day,
	}
}

func defaultScaling() Scaling {
	return Scaling{
		RaisePercent: 20, RaiseEvery: 48 * time.Hour, MaxTimes: 3, RollbackFall: "0.20", CopyFraction: "0.5",
		RotateEvery: 72 * time.Hour, KeepTop: 3, RetireAfter: 48 * time.Hour, CostCapOfAOV: "0.3", StableSales: 50,
		NewCountries: []string{"PT", "MX", "CA", "GB", "AU", "CL", "CO", "AR"}, MaxAdSets: 5, MaxAdsPerAdSet: 12,
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
