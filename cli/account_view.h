// How accounts, their limits and the changes of these are shown.

#ifndef SKONTRO_CLI_ACCOUNT_VIEW_H_
#define SKONTRO_CLI_ACCOUNT_VIEW_H_

#include "cli/listing.h"
#include "cli/unit.h"
#include "skontro/v1/account_service.pb.h"
#include "skontro/v1/credit_service.pb.h"

namespace skontro::cli {

View<v1::Account> AccountView(const Unit& unit);
View<v1::StatementLine> EntryView(const Unit& unit);
View<v1::CreditLine> CreditLineView(const Unit& unit);
View<v1::CreditLineChange> CreditLineChangeView(const Unit& unit);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_ACCOUNT_VIEW_H_
