package market

import (
	"fmt"
	"strings"
)

// Customer is a fictitious buyer: example.com addresses, reserved or unissued numbers.
type Customer struct {
	ID                   int64 // beyond 2^53
	FirstName, LastName  string
	Email, Phone         string
	Line1, Line2, City   string
	Province, ProvinceID string
	Country, CountryCode string
	Zip                  string
	TaxID                string // CPF in Brazil, beginning with seven zeros as nobody's does; empty elsewhere
	Locale               string
}

type town struct{ city, province, id, zip string }

type folk struct {
	code, name, locale  string
	first, last, street []string
	towns               []town
}

var brazil = folk{
	code: "BR", name: "Brazil", locale: "pt-BR",
	first:  []string{"Marina", "João", "Ana", "Rafael", "Beatriz", "Lucas", "Camila", "Pedro", "Juliana", "Thiago", "Larissa", "Gustavo", "Fernanda", "Bruno", "Letícia", "Caio"},
	last:   []string{"Souza", "Silva", "Oliveira", "Santos", "Pereira", "Costa", "Almeida", "Ferreira", "Ribeiro", "Carvalho", "Gomes", "Martins", "Araújo", "Barbosa"},
	street: []string{"Rua das Laranjeiras", "Avenida Brasil", "Rua Sete de Setembro", "Rua das Flores", "Avenida Paulista", "Rua Augusta", "Rua XV de Novembro"},
	towns: []town{{"São Paulo", "São Paulo", "SP", "01310-100"}, {"Rio de Janeiro", "Rio de Janeiro", "RJ", "22240-003"}, {"Belo Horizonte", "Minas Gerais", "MG", "30130-010"},
		{"Curitiba", "Paraná", "PR", "80020-310"}, {"Porto Alegre", "Rio Grande do Sul", "RS", "90010-150"}, {"Salvador", "Bahia", "BA", "40020-000"}, {"Recife", "Pernambuco", "PE", "50010-010"}},
}

var states = folk{
	code: "US", name: "United States", locale: "en-US",
	first:  []string{"Emma", "Liam", "Olivia", "Noah", "Ava", "Mason", "Sophia", "Ethan", "Grace", "Logan", "Chloe", "Henry", "Zoe", "Jack", "Nora", "Owen"},
	last:   []string{"Smith", "Johnson", "Brown", "Miller", "Davis", "Garcia", "Wilson", "Anderson", "Taylor", "Moore", "Clark", "Lewis", "Walker", "Young"},
	street: []string{"Maple Street", "Oak Avenue", "Main Street", "Cedar Lane", "Elm Drive", "Lake Road", "Washington Boulevard"},
	towns: []town{{"Austin", "Texas", "TX", "78701"}, {"Portland", "Oregon", "OR", "97205"}, {"Columbus", "Ohio", "OH", "43215"}, {"Denver", "Colorado", "CO", "80202"},
		{"Atlanta", "Georgia", "GA", "30303"}, {"Phoenix", "Arizona", "AZ", "85004"}, {"Tampa", "Florida", "FL", "33602"}},
}

// customer is a new buyer, or now and then one of before from the same country.
func (m *Market) customer(s *sale) Customer {
	h := hashN(s.hash, 30)
	if n := uint64(len(m.people)); n > 0 && unit(hashN(h, 1)) < m.asm.RepeatRate {
		if c := m.people[hashN(h, 2)%n]; c.CountryCode == s.country {
			return c
		}
	}
	c := newCustomer(s.country, h, len(m.people))
	m.people = append(m.people, c)
	return c
}

func newCustomer(country string, h uint64, n int) Customer {
	f := states
	if country == "BR" {
		f = brazil
	}
	first, last, t := pick(f.first, h, 3), pick(f.last, h, 4), f.towns[hashN(h, 5)%uint64(len(f.towns))]
	c := Customer{
		ID: 1<<53 + int64(h>>4), FirstName: first, LastName: last, Email: fmt.Sprintf("%s.%s.%d@example.com", asciiName(first), asciiName(last), n+1),
		Phone: fmt.Sprintf("+1%s555%04d", []string{"512", "503", "614", "303"}[h%4], 100+h>>8%100), Line1: fmt.Sprintf("%d %s", 10+h>>16%900, pick(f.street, h, 6)),
		City: t.city, Province: t.province, ProvinceID: t.id, Country: f.name, CountryCode: country, Zip: t.zip, Locale: f.locale,
	}
	if country == "BR" {
		c.Phone = fmt.Sprintf("+55%s90000%04d", []string{"11", "21", "31", "41"}[h%4], h>>8%10000)
		c.Line1 = fmt.Sprintf("%s %d", pick(f.street, h, 6), 10+h>>16%900)
		c.Line2 = fmt.Sprintf("apto %d", 1+h>>32%120)
		c.TaxID = fictitiousCPF(int(h >> 40 % 99))
	}
	return c
}

func pick(list []string, h uint64, n int64) string { return list[hashN(h, n)%uint64(len(list))] }

func asciiName(s string) string {
	return strings.ToLower(strings.NewReplacer("ã", "a", "í", "i", "ú", "u", "á", "a", "é", "e", "ç", "c").Replace(s))
}

// fictitiousCPF is 0000000NN with its two check digits right, so that forms accept it.
func fictitiousCPF(n int) string {
	digits := []int{0, 0, 0, 0, 0, 0, 0, (n + 1) / 10, (n + 1) % 10}
	for range 2 {
		sum := 0
		for i, d := range digits {
			sum += d * (len(digits) + 1 - i)
		}
		check := sum * 10 % 11 % 10
		digits = append(digits, check)
	}
	var b strings.Builder
	for _, d := range digits {
		b.WriteByte(byte('0' + d))
	}
	return b.String()
}
