package tiktok

import (
	"slices"
	"strings"
)

// among reports whether an id is in a list; no list lets everything through.
func among(ids []string, id string) bool { return len(ids) == 0 || slices.Contains(ids, id) }

// like is the platform's fuzzy name filter.
func like(part, name string) bool {
	return strings.Contains(strings.ToLower(name), strings.ToLower(part))
}

// statusFilter reads primary_status and secondary_status; without either, deleted objects are left out.
func statusFilter(f *args) func(status, secondary string) bool {
	primary := f.choice("primary_status", "STATUS_NOT_DELETE", "STATUS_ALL STATUS_DELETE STATUS_DELIVERY_OK STATUS_DISABLE STATUS_NOT_DELETE STATUS_NOT_DELIVERY")
	want := f.text("secondary_status")
	return func(status, secondary string) bool {
		if want != "" && want != secondary && !strings.HasSuffix(want, "_ALL") {
			return false
		}
		delivering := strings.HasSuffix(secondary, "_DELIVERY_OK") || secondary == "CAMPAIGN_STATUS_ENABLE"
		switch primary {
		case "STATUS_DELETE":
			return status == "DELETE"
		case "STATUS_DISABLE":
			return status == "DISABLE"
		case "STATUS_DELIVERY_OK":
			return delivering
		case "STATUS_NOT_DELIVERY":
			return status != "DELETE" && !delivering
		case "STATUS_NOT_DELETE":
			return status != "DELETE"
		}
		return true
	}
}

// list filters, orders newest first, cuts a page and shows the requested fields.
func list[T any](c *call, filter *args, items []T, keep func(T) bool, show func(T) object) (any, *fail) {
	page, size := c.args.paging()
	fields := c.args.texts("fields")
	if c.args.bad == nil {
		c.args.bad = filter.bad
	}
	if c.args.bad != nil {
		return nil, c.args.bad
	}
	var found []T
	for _, x := range items {
		if keep(x) {
			found = append(found, x)
		}
	}
	slices.Reverse(found)
	out := []object{}
	for _, x := range cut(found, page, size) {
		o, bad := choose(show(x), fields)
		if bad != nil {
			return nil, bad
		}
		out = append(out, o)
	}
	return object{"list": out, "page_info": pageInfo(page, size, len(found))}, nil
}

func (a *args) paging() (page, size int) {
	return a.integer("page", 1, 1, 1_000_000), a.integer("page_size", 10, 1, 1000)
}

func cut[T any](items []T, page, size int) []T {
	from := min(len(items), (page-1)*size)
	return items[from:min(len(items), from+size)]
}

func pageInfo(page, size, total int) object {
	return object{"page": page, "page_size": size, "total_number": total, "total_page": (total + size - 1) / size}
}

func choose(o object, fields []string) (object, *fail) {
	if len(fields) == 0 {
		return o, nil
	}
	out := object{}
	for _, f := range fields {
		v, ok := o[f]
		if !ok {
			return nil, invalid("fields: Invalid field name: " + f + ".")
		}
		out[f] = v
	}
	return out, nil
}
