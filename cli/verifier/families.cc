#include "cli/verifier/families.h"

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "cli/verifier/bytes.h"
#include "cli/verifier/decode.h"
#include "cli/verifier/difference.h"
#include "cli/verifier/encode.h"
#include "cli/verifier/hashes.h"
#include "cli/verifier/row_messages.h"

namespace skontro::verifier {
namespace {

template <class M>
struct Is {
  using Message = M;
};

// Calls `visit` with Is<M>, where M is what the values of `family` hold, or
// returns `otherwise` for a family whose values are no messages.
template <class Result, class Visit>
Result WithMessageOf(Family family, Result otherwise, Visit visit) {
  switch (family) {
    case Family::kAccount:
      return visit(Is<AccountRow>());
    case Family::kAccountEntry:
      return visit(Is<AccountEntryRow>());
    case Family::kRequest:
      return visit(Is<RequestRow>());
    case Family::kMember:
      return visit(Is<MemberRow>());
    case Family::kTrade:
      return visit(Is<TradeRow>());
    case Family::kTradeStep:
      return visit(Is<TradeStepRow>());
    case Family::kLimit:
      return visit(Is<LimitRow>());
    case Family::kApiKey:
      return visit(Is<ApiKeyRow>());
    case Family::kPolicies:
      return visit(Is<PoliciesRow>());
    case Family::kMemberStatus:
      return visit(Is<MemberStatusRow>());
    case Family::kWebhook:
      return visit(Is<WebhookRow>());
    default:
      return otherwise;
  }
}

// A request that made one record may say so or leave the count out.
template <class M>
void Normalise(M*) {}
void Normalise(RequestRow* row) {
  if (row->group_count == 1) row->group_count = 0;
}

// How many bytes a value of this family has, one that is no message.
size_t PlainLength(Family family) {
  switch (family) {
    case Family::kTree:
    case Family::kHeadKey:
      return sizeof(Digest);
    case Family::kMemberTrade:
    case Family::kInvoiceNumber:
    case Family::kTradeState:
      return 0;
    default:
      return 8;
  }
}

absl::Status CanonicalisePlain(Family family, std::string_view value,
                               std::string* canonical) {
  canonical->clear();
  if (family == Family::kPersonal) return absl::OkStatus();
  if (value.size() != PlainLength(family)) {
    return absl::DataLossError(absl::StrFormat(
        "the value has %d bytes, not %d", value.size(), PlainLength(family)));
  }
  canonical->assign(value);
  return absl::OkStatus();
}

std::string DescribePlainDifference(std::string_view expected,
                                    std::string_view actual) {
  if (expected.size() != 8 || actual.size() != 8) return "the value differs";
  return absl::StrFormat("the value is %d, not %d", ReadBig64(actual),
                         ReadBig64(expected));
}

std::string Number(std::string_view key, size_t at) {
  return absl::StrFormat("%d", ReadBig64(key.substr(at)));
}

int32_t Sortable(std::string_view key, size_t at) {
  return static_cast<int32_t>(ReadBig32(key.substr(at)) ^ 0x80000000u);
}

// "first name 5, second name 17" for a key of two numbers.
std::string DescribeTwo(std::string_view key, const char* first,
                        const char* second) {
  return absl::StrFormat("%s %s, %s %s", first, Number(key, 0), second,
                         Number(key, 8));
}

// "first name "a", second name "b"" for a key of two texts.
std::string DescribePair(std::string_view key, const char* first,
                         const char* second) {
  const size_t zero = key.find('\0');
  if (zero == std::string_view::npos) return "key " + Quoted(key);
  return absl::StrFormat("%s %s, %s %s", first, Quoted(key.substr(0, zero)),
                         second, Quoted(key.substr(zero + 1)));
}

// What the numbers of 8 bytes are that a key consists of; nothing where it
// consists of something else, too.
struct Numbers {
  const char* first = nullptr;
  const char* second = nullptr;
};

Numbers NumbersOf(Family family) {
  switch (family) {
    case Family::kAccount:
      return {"account"};
    case Family::kLimit:
      return {"account", "sequence"};
    case Family::kMember:
      return {"member"};
    case Family::kMemberStatus:
      return {"member", "sequence"};
    case Family::kMemberTrade:
      return {"member", "trade"};
    case Family::kTrade:
      return {"trade"};
    case Family::kTradeStep:
      return {"trade", "sequence"};
    case Family::kHeadKey:
    case Family::kPolicies:
      return {"sequence"};
    default:
      return {};
  }
}

}  // namespace

absl::StatusOr<std::string> CanonicalValue(Family family,
                                           std::string_view value) {
  std::string canonical;
  const absl::Status status = Canonicalise(family, value, &canonical);
  if (!status.ok()) return status;
  return canonical;
}

absl::Status Canonicalise(Family family, std::string_view value,
                          std::string* canonical) {
  if (family == Family::kPersonal || family == Family::kBookingDay ||
      family == Family::kMemberId || family == Family::kTaxId ||
      family == Family::kTradeId || family == Family::kMemberTrade ||
      family == Family::kInvoice || family == Family::kTree ||
      family == Family::kHeadKey || family == Family::kHold || IsLate(family)) {
    return CanonicalisePlain(family, value, canonical);
  }
  return WithMessageOf<absl::Status>(
      family, absl::InternalError("the family has no rows to compare"),
      [value, canonical]<class M>(Is<M>) -> absl::Status {
        M message;
        absl::Status status = DecodeInto(value, &message);
        if (!status.ok()) return status;
        Normalise(&message);
        canonical->clear();
        EncodeTo(message, canonical);
        return absl::OkStatus();
      });
}

std::string DescribeKey(Family family, std::string_view key) {
  const size_t size = key.size();
  const Numbers numbers = NumbersOf(family);
  if (numbers.second != nullptr && size == 16) {
    return DescribeTwo(key, numbers.first, numbers.second);
  }
  if (numbers.first != nullptr && numbers.second == nullptr && size == 8) {
    return absl::StrFormat("%s %s", numbers.first, Number(key, 0));
  }
  switch (family) {
    case Family::kPersonal:
      if (size != 20) break;
      return absl::StrFormat("subject %s, sequence %s, field %d",
                             Number(key, 0), Number(key, 8),
                             ReadBig32(key.substr(16)));
    case Family::kAccountEntry:
      if (size != 20) break;
      return absl::StrFormat("%s, leg %d",
                             DescribeTwo(key, "account", "sequence"),
                             ReadBig32(key.substr(16)));
    case Family::kBookingDay:
      if (size == 4) return absl::StrFormat("day %d", Sortable(key, 0));
      break;
    case Family::kRequest:
      return DescribePair(key, "actor", "request id");
    case Family::kTaxId:
      return DescribePair(key, "tax id", "of kind");
    case Family::kMemberId:
    case Family::kTradeId:
      return "id " + Quoted(key);
    case Family::kInvoice:
      if (size < 12) break;
      return absl::StrFormat("seller %s, year %d, number %s", Number(key, 0),
                             Sortable(key, 8), Quoted(key.substr(12)));
    case Family::kInvoiceNumber:
      if (size < 10 || key[size - 9] != '\0') break;
      return absl::StrFormat("number %s, trade %s",
                             Quoted(key.substr(0, size - 9)),
                             Number(key, size - 8));
    case Family::kTradeState:
      if (size != 12) break;
      return absl::StrFormat("state %d, trade %s", ReadBig32(key),
                             Number(key, 4));
    case Family::kHold:
      if (size != 17) break;
      return absl::StrFormat("account %s, %s, sequence %s", Number(key, 0),
                             key[8] == 1 ? "out" : "in", Number(key, 9));
    case Family::kApiKey:
    case Family::kWebhook:
      if (size < 10 || key[size - 9] != '\0') break;
      return absl::StrFormat("%s %s, sequence %s",
                             family == Family::kApiKey ? "api key" : "webhook",
                             Quoted(key.substr(0, size - 9)),
                             Number(key, size - 8));
    case Family::kTree:
      if (size != 9) break;
      return absl::StrFormat("level %d, index %s",
                             static_cast<unsigned char>(key[0]),
                             Number(key, 1));
    default:
      break;
  }
  return "key " + Quoted(key);
}

std::string DescribeDifference(Family family, std::string_view expected,
                               std::string_view actual) {
  return WithMessageOf<std::string>(
      family, DescribePlainDifference(expected, actual),
      [expected, actual]<class M>(Is<M>) -> std::string {
        const absl::StatusOr<M> wanted = Decode<M>(expected);
        const absl::StatusOr<M> found = Decode<M>(actual);
        if (!wanted.ok() || !found.ok()) return "the value differs";
        return Differences(FieldTexts(*wanted), FieldTexts(*found));
      });
}

}  // namespace skontro::verifier
