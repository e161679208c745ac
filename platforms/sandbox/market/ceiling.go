package market

import "time"

// SetCeiling bounds what a platform may charge the account over its lifetime, in minor units, from now on: at the ceiling everything
// on the platform stops, greedy or not, until it is raised. 0 takes the bound away. What has been charged already stays charged.
func (m *Market) SetCeiling(now time.Time, platform string, minor int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance(now)
	if minor <= 0 {
		delete(m.ceilings, platform)
		return
	}
	m.ceilings[platform] = minor
}

// Lifelong is what a platform has charged the account since the world began, in minor units, without any lag: what its ceiling is
// compared with.
func (m *Market) Lifelong(now time.Time, platform string) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.advance(now)
	return m.charged[platform]
}

// under is the part of room, in minor units, that the platform's ceiling still allows.
func (m *Market) under(platform string, room int64) int64 {
	if most, bounded := m.ceilings[platform]; bounded {
		return max(0, min(room, most-m.charged[platform]))
	}
	return room
}
