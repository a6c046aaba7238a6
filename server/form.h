// A Form checks the form of one request, field by field, and collects every
// violation with the path of its field. What it is given may hold anything: it
// came from outside. What it quotes in an error is cut and made printable.
//
// Each check that returns a value returns a harmless one where it refused.
//
// Thread safety: none; one thread owns a Form.

#ifndef SKONTRO_SERVER_FORM_H_
#define SKONTRO_SERVER_FORM_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/timestamp.pb.h"
#include "ledger/base/reason.h"
#include "ledger/civil_date.h"
#include "ledger/record.h"
#include "server/resource_name.h"
#include "skontro/v1/amount.pb.h"

namespace skontro::server {

class Form {
 public:
  // Every path begins with `prefix`, such as "requests[3].".
  explicit Form(std::string prefix = "") : prefix_(std::move(prefix)) {}

  // Whether nothing was refused.
  bool ok() const { return refusals_.empty(); }
  const std::vector<Refusal>& refusals() const { return refusals_; }

  // Adds a violation.
  void Refuse(std::string_view field, std::string_view value,
              std::string_view allowed);
  void Refuse(std::string_view field, int64_t value, std::string_view allowed);

  // Adds the violations of a part of the request.
  void Add(const Form& part) {
    refusals_.insert(refusals_.end(), part.refusals_.begin(),
                     part.refusals_.end());
  }

  // Refuses a required message that is not there.
  bool Require(std::string_view field, bool present);

  // 1 to 63 of a-z, 0-9 and hyphen.
  void Id(std::string_view field, std::string_view value);

  // UTF-8 without control characters, of `least` to `most` bytes, not only of
  // blanks.
  void Text(std::string_view field, std::string_view value, size_t least,
            size_t most);

  // The same, and ASCII.
  void Ascii(std::string_view field, std::string_view value, size_t least,
             size_t most);

  // `request_id`.
  void RequestId(std::string_view value);

  // A name of a resource; views into `value`, empty where it was refused.
  NameParts NetworkName(std::string_view field, std::string_view value);
  NameParts PoliciesName(std::string_view field, std::string_view value);
  NameParts MemberName(std::string_view field, std::string_view value);
  NameParts AccountName(std::string_view field, std::string_view value);
  NameParts CreditLineName(std::string_view field, std::string_view value);
  NameParts TradeName(std::string_view field, std::string_view value);
  NameParts OperationName(std::string_view field, std::string_view value);
  NameParts ApiKeyName(std::string_view field, std::string_view value);
  NameParts WebhookName(std::string_view field, std::string_view value);

  // The id in the name of a member of `network`.
  std::string_view MemberOf(std::string_view field, std::string_view value,
                            std::string_view network);

  // A day of the calendar from 1900 to 9999.
  ledger::CivilDate Date(std::string_view field, const v1::Date& date);

  // A time in microseconds; 0 where there is none.
  int64_t Time(std::string_view field, bool present,
               const google::protobuf::Timestamp& time);

  // A sequence: zero or above.
  ledger::Sequence SequenceOf(std::string_view field, int64_t value);

  // Rows on a page.
  int PageSize(int32_t value);

  // Refuses a page token that does not belong here.
  void PageToken(std::string_view value);

 private:
  const std::string prefix_;
  std::vector<Refusal> refusals_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_FORM_H_
