package tiktok

import "github.com/agente-ceo/agente-ceo/domain/fault"

// locations are TikTok's ids of countries, which are GeoNames ids (source: GeoNames countryInfo.txt, CC BY 4.0; TikTok's list is
// /tool/region/).
var locations = map[string]string{
	"AE": "290557", "AR": "3865483", "AT": "2782113", "AU": "2077456", "BE": "2802361", "BR": "3469034", "CA": "6251999", "CH": "2658434",
	"CL": "3895114", "CO": "3686110", "CR": "3624060", "CZ": "3077311", "DE": "2921044", "DK": "2623032", "DO": "3508796", "EC": "3658394",
	"EG": "357994", "ES": "2510769", "FI": "660013", "FR": "3017382", "GB": "2635167", "GR": "390903", "GT": "3595528", "HU": "719819",
	"ID": "1643084", "IE": "2963597", "IL": "294640", "IT": "3175395", "JP": "1861060", "KE": "192950", "KR": "1835841", "KW": "285570",
	"MX": "3996063", "MY": "1733045", "NG": "2328926", "NL": "2750405", "NO": "3144096", "NZ": "2186224", "PA": "3703430", "PE": "3932488",
	"PH": "1694008", "PL": "798544", "PT": "2264397", "PY": "3437598", "QA": "289688", "RO": "798549", "SA": "102358", "SE": "2661886",
	"SG": "1880251", "TH": "1605651", "TR": "298795", "TW": "1668284", "US": "6252001", "UY": "3439705", "VN": "1562822", "ZA": "953987",
}

// locationIDs translates countries in their order; one that TikTok does not serve, or that we do not know, is a refusal.
func locationIDs(countries []string) ([]string, error) {
	var ids []string
	for _, country := range countries {
		id, ok := locations[country]
		if !ok {
			return nil, fault.Refuse("country_unsupported", "TikTok's id of country %q is not known", country)
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil, fault.Refuse("countries_missing", "an ad group addresses at least one country")
	}
	return ids, nil
}
