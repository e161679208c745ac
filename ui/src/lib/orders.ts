import type { Money, Order } from './api/types'
import { scaled } from './format'
import { plus } from './creatives'

const minus = (m: Money): Money => ({ ...m, amount: m.amount.startsWith('-') ? m.amount.slice(1) : `-${m.amount}` })

/** What an order leaves after the supplier and refunds, and which share of it that is; null while the amounts are of different currencies. */
export function earned(o: Order): { left: Money; share: number | null } | null {
  if (o.supplier_cost.currency !== o.total.currency && scaled(o.supplier_cost) !== 0n) return null
  const left = plus(plus(o.total, minus(o.refunded)), minus(o.supplier_cost))
  return { left, share: scaled(o.total) > 0n ? Number((scaled(left) * 10_000n) / scaled(o.total)) / 10_000 : null }
}
