// Every bound that a request, a record or a container may not pass, each with
// its reason.

#ifndef SKONTRO_LEDGER_BASE_LIMITS_H_
#define SKONTRO_LEDGER_BASE_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace skontro {

// Largest amount of one leg, in minor units. Nine thousand of them fit in an
// int64, so no batch and no group can overflow a sum; sums are checked all the
// same.
inline constexpr int64_t kAmountMax = 1'000'000'000'000'000;

// A batch of records closes at this many records or bytes: large enough to
// share one fsync, small enough that the reader of one record walks little.
inline constexpr size_t kBatchRecordsMax = 8'192;
inline constexpr size_t kBatchBytesMax = 512 * 1024;

// An atomic group is never split over two batches, so it obeys these.
inline constexpr size_t kGroupItemsMax = 1'024;
inline constexpr size_t kGroupBytesMax = 512 * 1024;
static_assert(kGroupItemsMax <= kBatchRecordsMax);
static_assert(kGroupBytesMax <= kBatchBytesMax);

// A record with the longest strings and the most tax lines that a request may
// carry stays well below this; a stored length above it is damage.
inline constexpr size_t kRecordBytesMax = 64 * 1024;

// Items of one BatchCreateTrades.
inline constexpr size_t kBatchItemsMax = 8'192;

// A message to the server, in bytes: 8,192 items of 2 kB.
inline constexpr size_t kMessageBytesMax = 16 * 1024 * 1024;

// Lengths of strings, in bytes of UTF-8.
inline constexpr size_t kIdLengthMax = 63;         // DNS label, AIP-122
inline constexpr size_t kRequestIdLengthMax = 64;  // holds a UUID
inline constexpr size_t kNameLengthMax = 200;      // a company's legal name
inline constexpr size_t kInvoiceNumberLengthMax = 64;
inline constexpr size_t kTaxIdLengthMax = 32;
inline constexpr size_t kAddressLineLengthMax = 200;
inline constexpr size_t kAddressLinesMax = 5;
inline constexpr size_t kDescriptionLengthMax = 1'000;
inline constexpr size_t kReasonLengthMax = 500;
inline constexpr size_t kTaxLinesMax = 32;
inline constexpr size_t kCompanyIdsMax = 8;

// Webhooks of a network, each of which costs a look at every event, and of one
// client of it.
inline constexpr size_t kWebhooksMax = 1'024;
inline constexpr size_t kWebhooksOfOwnerMax = 64;
inline constexpr size_t kWebhookUrlLengthMax = 512;
inline constexpr size_t kWebhookTypesMax = 64;

// Page sizes of lists.
inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 1'000;

// The filter of a list: longer than anybody types, short enough that a row is
// tested in microseconds. Parentheses bound the depth of the parser's stack.
inline constexpr size_t kFilterLengthMax = 2'048;
inline constexpr size_t kFilterTermsMax = 64;
inline constexpr size_t kFilterDepthMax = 8;
inline constexpr size_t kOrderByLengthMax = 100;

// A page token: base64 of a hash, a sequence and a place, which may be the
// beginning of a name as it sorts.
inline constexpr size_t kPageTokenLengthMax = 200;
inline constexpr size_t kSortKeyLengthMax = 64;

// How many rows of an index one page of a list touches before it ends short: a
// rare row must not make a call long. Some 50 ms.
inline constexpr size_t kPageRowsMax = 20'000;

// Up to so many members in a scope their trades are merged from the index of
// each; with more, most trades are theirs and all are walked.
inline constexpr size_t kMergedMembersMax = 64;

// A page of members or accounts in the order of something that changes looks
// at all of them.
inline constexpr size_t kSortedMembersMax = 100'000;

// A page as of an older sequence reads so many records behind it, to learn
// which trades were open then; behind more it walks without that index.
inline constexpr size_t kRecordsBehindMax = 4'096;

}  // namespace skontro

#endif  // SKONTRO_LEDGER_BASE_LIMITS_H_
