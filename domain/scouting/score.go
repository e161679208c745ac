package scouting

// A Step of a table: from At on, the value is Score. Between two steps it is interpolated.
type Step struct{ At, Score int64 }

// Table turns a figure into a score by straight lines between steps, flat outside. Tables are integer arithmetic, so that every
// machine gives the same score.
type Table []Step

// Score looks x up, rounding down.
func (t Table) Score(x int64) int {
	if x <= t[0].At {
		return int(t[0].Score)
	}
	for i := 1; i < len(t); i++ {
		if lo, hi := t[i-1], t[i]; x < hi.At {
			return int(lo.Score + (hi.Score-lo.Score)*(x-lo.At)/(hi.At-lo.At))
		}
	}
	return int(t[len(t)-1].Score)
}

// The tables by which sources' figures become scores; the same lines stand, to be read, in testdata/scores.txt.
var (
	soldTable    = Table{{0, 0}, {10, 10}, {100, 30}, {1_000, 55}, {10_000, 80}, {100_000, 100}}
	rankTable    = Table{{1, 100}, {10, 90}, {100, 70}, {1_000, 45}, {10_000, 20}, {100_000, 0}}
	reviewsTable = Table{{0, 0}, {10, 20}, {100, 45}, {1_000, 70}, {10_000, 90}, {100_000, 100}}
	sellersTable = Table{{1, 0}, {3, 10}, {10, 25}, {30, 50}, {100, 75}, {300, 90}, {1_000, 100}}
)

const unknownCompetition = 50

// demand is the weighted mean of what is known: units or searches a month (50), best-seller rank (30), reviews (20). When nobody
// counted anything it is 0: demand that nobody has seen is not assumed.
func demand(all []checked) int {
	var sold, rank, reviews int64
	for _, o := range all {
		sold, reviews = max(sold, o.Sold), max(reviews, o.Reviews)
		if o.BestRank > 0 && (rank == 0 || o.BestRank < rank) {
			rank = o.BestRank
		}
	}
	sum, weight := 0, 0
	add := func(known bool, score, w int) {
		if known {
			sum, weight = sum+score*w, weight+w
		}
	}
	add(sold > 0, soldTable.Score(sold), 50)
	add(rank > 0, rankTable.Score(rank), 30)
	add(reviews > 0, reviewsTable.Score(reviews), 20)
	if weight == 0 {
		return 0
	}
	return sum / weight
}

// competition follows the largest number of sellers that a source saw; 50 when none counted them.
func competition(all []checked) int {
	var sellers int64
	for _, o := range all {
		sellers = max(sellers, o.Sellers)
	}
	if sellers == 0 {
		return unknownCompetition
	}
	return sellersTable.Score(sellers)
}

// trend is the mean of the sources that name one; 0 when none does.
func trend(all []checked) int {
	sum, n := 0, 0
	for _, o := range all {
		if o.TrendPct != 0 {
			sum, n = sum+o.TrendPct, n+1
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// rating is the mean weighted by reviews; no reviews anywhere means unknown, not bad.
func rating(all []checked) (milli, reviews int64) {
	const enough = 1_000_000 // reviews of one source that count; keeps the sum far from overflow
	var sum int64
	for _, o := range all {
		if o.RatingMilli > 0 && o.Reviews > 0 {
			n := min(o.Reviews, enough)
			sum, reviews = sum+o.RatingMilli*n, reviews+n
		}
	}
	if reviews == 0 {
		return 0, 0
	}
	return sum / reviews, reviews
}
