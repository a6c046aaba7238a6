// Statements to the wire.

#ifndef SKONTRO_SERVER_CONVERT_STATEMENT_H_
#define SKONTRO_SERVER_CONVERT_STATEMENT_H_

#include <string_view>

#include "absl/status/status.h"
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

// One page of the statement. RESOURCE_NOT_FOUND, FIELD_INVALID for a page token
// of something else, or an error of the disk.
absl::Status WriteStatement(const ReadScope& scope, std::string_view method,
                            const StatementQuery& query,
                            const v1::GetStatementRequest& request,
                            v1::GetStatementResponse* response);

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_CONVERT_STATEMENT_H_
