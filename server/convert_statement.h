// Statements to the wire.

#ifndef SKONTRO_SERVER_CONVERT_STATEMENT_H_
#define SKONTRO_SERVER_CONVERT_STATEMENT_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/index_reader.h"
#include "ledger/account_codec.h"
#include "ledger/civil_date.h"
#include "server/call.h"
#include "server/form.h"
#include "skontro/v1/account_service.pb.h"

namespace skontro::server {

struct StatementQuery {
  NameParts name;  // Views into the request.
  ledger::CivilDate from;
  ledger::CivilDate to;
  int page_size = 0;
};

// What is wrong with the request goes to `form`.
StatementQuery ReadStatementQuery(const v1::GetStatementRequest& request,
                                  Form* form);

// Writes lines of the statement of one account, and remembers who is on the
// other side. The scope must outlive it.
class StatementLineWriter {
 public:
  StatementLineWriter(const ReadScope& scope, engine::MemberNumber owner)
      : scope_(scope), owner_(owner) {}

  // DATA_LOSS where the posting names what is not there, or an error of the
  // disk.
  absl::Status Write(const ledger::AccountPosting& posting,
                     v1::StatementLine* out);

 private:
  struct Party {
    std::string name;
    std::string legal_name;
  };

  const ledger::Snapshot& snapshot() const { return *scope_.view.snapshot; }
  absl::Status WriteTradeOf(const engine::TradeHistory& trade,
                            const ledger::AccountPosting& posting,
                            v1::StatementLine* out);
  absl::StatusOr<const Party*> PartyOf(engine::MemberNumber number);

  const ReadScope& scope_;
  const engine::MemberNumber owner_;
  absl::flat_hash_map<engine::MemberNumber, std::unique_ptr<Party>> parties_;
};

// One page of the statement. RESOURCE_NOT_FOUND, FIELD_INVALID for a page token
// of something else, or an error of the disk.
absl::Status WriteStatement(const ReadScope& scope, std::string_view method,
                            const StatementQuery& query,
                            const v1::GetStatementRequest& request,
                            v1::GetStatementResponse* response);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONVERT_STATEMENT_H_
