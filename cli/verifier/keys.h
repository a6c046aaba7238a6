// Keys of rows that take more than putting numbers one after another: what
// makes an invoice, a tax id or a request the same as another.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_VERIFIER_KEYS_H_
#define SKONTRO_CLI_VERIFIER_KEYS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/verifier/messages.h"

namespace skontro::verifier {

// Whether `id` is `[a-z0-9-]{1,63}`.
bool IsId(std::string_view id);

// Whether `id` is `t` and digits: an id that the server chooses.
bool IsServerTradeId(std::string_view id);

// Whether `code` is `count` capital letters.
bool IsCapitals(std::string_view code, size_t count);

// The year of a day since 1970-01-01, in the Gregorian calendar.
int32_t YearOf(int32_t day);

// What makes the invoice unique: its number without blanks, in upper case.
InvoiceKey KeyOf(uint64_t seller, const Invoice& invoice);

// Keys of the families `invoice`, `request` and `tax_id`; of the last one for
// each tax id of the member that has a letter or digit.
std::string RowKeyOf(const InvoiceKey& key);
std::string RequestRowKey(const Record& record);
std::vector<std::string> TaxIdRowKeys(const MemberCreated& member);

// Key of the family `personal`.
std::string PersonalRowKey(uint64_t subject, uint64_t sequence, uint32_t field);

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_KEYS_H_
