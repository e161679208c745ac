package market

import (
	"math"
	"math/rand/v2"
)

// hash64 mixes the seed and the parts into 64 well-spread bits. It is how anything that must not depend on the order of calls gets its
// chance: the draw belongs to its name, not to a sequence.
func hash64(seed uint64, parts ...string) uint64 {
	h := seed ^ 0xcbf29ce484222325
	for _, p := range parts {
		for i := range len(p) {
			h = (h ^ uint64(p[i])) * 0x100000001b3
		}
		h = (h ^ 0xff) * 0x100000001b3
	}
	return finish(h)
}

// hashN is hash64 for a name that was hashed already and a number, such as a day.
func hashN(h uint64, n int64) uint64 { return finish(h ^ finish(uint64(n)+0x9e3779b97f4a7c15)) }

func finish(h uint64) uint64 {
	h ^= h >> 30
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 27
	h *= 0x94d049bb133111eb
	return h ^ h>>31
}

// unit maps bits to a number strictly between 0 and 1.
func unit(h uint64) float64 { return (float64(h>>11) + 0.5) / (1 << 53) }

// gauss maps bits to a standard normal number.
func gauss(h uint64) float64 { return math.Sqrt2 * math.Erfinv(2*unit(h)-1) }

// normalCDF is the inverse of gauss: the share of a standard normal below z.
func normalCDF(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }

// stream is a generator of its own for one named thing.
func stream(seed uint64, parts ...string) *rand.Rand {
	h := hash64(seed, parts...)
	return rand.New(rand.NewPCG(h, finish(h+1)))
}

// poisson draws a count with mean lambda: by products of uniforms while that is short, by the normal approximation beyond.
func poisson(r *rand.Rand, lambda float64) int64 {
	if lambda <= 0 {
		return 0
	}
	if lambda > 30 {
		return max(0, int64(math.Round(lambda+math.Sqrt(lambda)*r.NormFloat64())))
	}
	limit, product, n := math.Exp(-lambda), r.Float64(), int64(0)
	for product > limit {
		product *= r.Float64()
		n++
	}
	return n
}

// binomial draws how many of n trials succeed.
func binomial(r *rand.Rand, n int64, p float64) int64 {
	if n > 60 {
		return min(n, poisson(r, float64(n)*p))
	}
	hits := int64(0)
	for range n {
		if r.Float64() < p {
			hits++
		}
	}
	return hits
}

// betaQuantile is the value below which a share u of the Beta(a, b) distribution lies, by bisection; it is used once per product.
func betaQuantile(u, a, b float64) float64 {
	lo, hi := 0.0, 1.0
	for range 50 {
		mid := (lo + hi) / 2
		if betaCDF(mid, a, b) < u {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// betaCDF is the regularised incomplete beta function, by its continued fraction.
func betaCDF(x, a, b float64) float64 {
	if x <= 0 {
		return 0
	}
	if x >= 1 {
		return 1
	}
	if x > (a+1)/(a+b+2) {
		return 1 - betaCDF(1-x, b, a)
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab-la-lb+a*math.Log(x)+b*math.Log1p(-x)) / a
	return front * betaFraction(x, a, b)
}

// betaFraction evaluates the continued fraction of the incomplete beta function by Lentz's method.
func betaFraction(x, a, b float64) float64 {
	const tiny = 1e-300
	c, d := 1.0, 1/nonZero(1-(a+b)*x/(a+1), tiny)
	f := d
	for i := 1; i <= 200; i++ {
		m := float64(i)
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		for _, numerator := range [2]float64{even, odd} {
			d = 1 / nonZero(1+numerator*d, tiny)
			c = nonZero(1+numerator/c, tiny)
			f *= c * d
		}
		if math.Abs(c*d-1) < 1e-12 {
			break
		}
	}
	return f
}

func nonZero(v, tiny float64) float64 {
	if math.Abs(v) < tiny {
		return tiny
	}
	return v
}

func clamp(v, lo, hi float64) float64 { return math.Min(math.Max(v, lo), hi) }
