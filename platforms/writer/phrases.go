package writer

// styles of body text, as the mission names them.
var styles = []string{"informative", "urgency", "social"}

// actions are the calls to action that every platform has a button for.
var actions = []string{"shop_now", "learn_more", "get_offer", "order_now", "buy_now"}

// phraseSet is one language's templates: {p} product, {k} keyword, {d} discount, {price} our price.
type phraseSet struct {
	headlines    []string
	bodies       map[string][]string
	pains        []string
	discount     string
	freeShipping string
}

var phrases = map[string]phraseSet{
	"pt-BR": {
		headlines: []string{
			"{p}: simples assim", "Conheça: {p}", "{p} por {price}", "Seu dia pede {p}", "{p} que funciona",
			"Chegou: {p}", "O {k} que faltava", "{k} sem complicação",
		},
		bodies: map[string][]string{
			"informative": {
				"{k}: prático, leve e pronto para usar. Por {price}, com envio acompanhado.",
				"Feito para o dia a dia: {k} fácil de usar. {price} e troca garantida.",
				"Tudo o que você precisa em um só {k}. Compra segura por {price}.",
			},
			"urgency": {
				"Últimas unidades de {k} por {price}. Aproveite enquanto há estoque.",
				"Só esta semana: {k} por {price}. Peça o seu agora.",
				"Estoque limitado de {k}. Garanta por {price}.",
			},
			"social": {
				"Quem experimenta {k} recomenda. Veja por quê: {price}.",
				"O {k} de que todo mundo está falando, por {price}.",
				"Mostre para quem também precisa de {k}. Por {price}.",
			},
		},
		pains:        []string{"perder tempo com soluções que não funcionam", "pagar caro por qualidade parecida", "esperar sem saber onde está o pedido"},
		discount:     "-{d}",
		freeShipping: "FRETE GRÁTIS",
	},
	"en": {
		headlines: []string{
			"{p}: simply better", "Meet {p}", "{p} for {price}", "Your day needs {p}", "{p} that just works",
			"New: {p}", "The {k} you missed", "{k} made easy",
		},
		bodies: map[string][]string{
			"informative": {
				"{k}: handy, light and ready to use. {price}, tracked delivery.",
				"Made for every day: an easy {k}. {price} and easy returns.",
				"All you need in one {k}. Safe checkout, {price}.",
			},
			"urgency": {
				"Last units of {k} at {price}. Get yours while stock lasts.",
				"This week only: {k} for {price}. Order now.",
				"Limited stock of {k}. Yours for {price}.",
			},
			"social": {
				"People who try this {k} recommend it. See why: {price}.",
				"The {k} everyone is talking about, {price}.",
				"Share it with somebody who needs {k}. {price}.",
			},
		},
		pains:        []string{"wasting time on things that do not work", "overpaying for the same quality", "not knowing where the parcel is"},
		discount:     "-{d}",
		freeShipping: "FREE SHIPPING",
	},
}
