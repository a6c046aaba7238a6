// Rows of a CSV (RFC 4180) with semicolons, as spreadsheets of most of Europe
// read them. What a field may hold is not known here: text of strangers goes
// through CleanLabel() first, which takes formulas their effect.
//
// Thread safety: pure functions.

#ifndef SKONTRO_FISCAL_CSV_ROW_H_
#define SKONTRO_FISCAL_CSV_ROW_H_

#include <string>
#include <vector>

namespace skontro::fiscal {

// `fields` with `;` between them and CR LF behind them. A field with `;`, `"`
// or a line end stands in quotes, and its quotes are doubled.
std::string CsvRow(const std::vector<std::string>& fields);

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_CSV_ROW_H_
