package ads

// LatestInsights keeps one row of each ad. Lists that are walked while they change repeat rows, and a row that comes again is a newer
// revision of the same figures, not more of them: the last one counts, in the place of the first. Rows of nothing are left out.
func LatestInsights(rows []InsightRow) []InsightRow {
	return latest(rows, func(r InsightRow) [2]string { return [2]string{r.CampaignID, r.AdID} }, func(r InsightRow) bool { return r.Metrics.IsZero() })
}

// LatestSpend keeps one row of each campaign and day, as LatestInsights does of each ad.
func LatestSpend(rows []SpendRow) []SpendRow {
	return latest(rows, func(r SpendRow) [2]string { return [2]string{r.CampaignID, r.Day} }, func(r SpendRow) bool { return r.Spend.IsZero() })
}

func latest[R any](rows []R, key func(R) [2]string, nothing func(R) bool) []R {
	at := make(map[[2]string]int, len(rows))
	var kept []R
	for _, r := range rows {
		i, known := at[key(r)]
		if !known {
			at[key(r)] = len(kept)
			kept = append(kept, r)
			continue
		}
		kept[i] = r
	}
	var out []R
	for _, r := range kept {
		if !nothing(r) {
			out = append(out, r)
		}
	}
	return out
}
