// skontro trade submit: makes a trade of an electronic invoice.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/file.h"
#include "cli/invoice_trade.h"
#include "cli/member_lookup.h"
#include "cli/resource_name.h"
#include "cli/send_trade.h"
#include "cli/verbs.h"
#include "fiscal/xml_tree.h"

namespace skontro::cli {
namespace {

using fiscal::UblInvoice;

struct SubmitOptions {
  std::string path;
  std::string units;
  std::string id;
  std::string description;
  bool pay = false;
};

// The name of the member that the party is. All ids that are found must be of
// the same one.
absl::StatusOr<std::string> FindParty(Session& session,
                                      const UblInvoice& invoice,
                                      PartyRole role) {
  const bool is_seller = role == PartyRole::kSeller;
  const char* const what = is_seller ? "seller" : "buyer";
  const std::string& country =
      is_seller ? invoice.seller.country_code : invoice.buyer.country_code;
  std::string found;
  std::string found_by;
  std::vector<std::string> tried;
  for (const PartyId& id : PartyIds(invoice, role)) {
    const std::string shown = absl::StrCat(id.element, " ", Shown(id.value));
    SKONTRO_ASSIGN_OR_RETURN(const std::vector<v1::Member> members,
                             MembersWith(session, id.value, country));
    tried.push_back(shown);
    if (members.size() > 1) {
      return UsageFailure(absl::StrCat("the ", what, " is not certain: ", shown,
                                       " is of ", ShortName(members[0].name()),
                                       " and ", ShortName(members[1].name())));
    }
    if (members.empty()) continue;
    if (!found.empty() && found != members[0].name()) {
      return UsageFailure(absl::StrCat("the ", what,
                                       " is not certain: ", found_by, " is of ",
                                       ShortName(found), " and ", shown, " of ",
                                       ShortName(members[0].name())));
    }
    found = members[0].name();
    found_by = shown;
  }
  if (!found.empty()) return found;
  if (tried.empty()) {
    return UsageFailure(
        absl::StrCat("the ", what,
                     " has neither a VAT id nor a legal id: Invoice/Accounting",
                     is_seller ? "Supplier" : "Customer",
                     "Party/Party/PartyTaxScheme/CompanyID is missing"));
  }
  return UsageFailure(absl::StrCat(
      "the ", what,
      " is no member of this network: ", absl::StrJoin(tried, " and "),
      " found nobody\nNext: admit the company with skontro member create, or "
      "compare\n  skontro member list"));
}

absl::StatusOr<ExitCode> Submit(Session& session,
                                const SubmitOptions& options) {
  SKONTRO_ASSIGN_OR_RETURN(
      const std::string bytes,
      ReadFile(options.path, fiscal::XmlLimits().bytes_max));
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  const absl::StatusOr<UblInvoice> invoice = ReadInvoice(bytes, unit);
  if (!invoice.ok()) return Prefixed(options.path, invoice.status());
  const absl::StatusOr<InvoicePayment> payment =
      SplitInvoice(*invoice, options.units, unit);
  if (!payment.ok()) return Prefixed(options.path, payment.status());

  v1::CreateTradeRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_parent(), session.NetworkInUse());
  v1::Trade& trade = *request.mutable_trade();
  trade = TradeOfInvoice(*invoice, *payment, unit);
  trade.set_initiator(options.pay ? v1::Trade::BUYER : v1::Trade::SELLER);
  trade.set_description(options.description);
  if (!options.id.empty()) {
    SKONTRO_RETURN_IF_ERROR(CheckId("trade", options.id));
    request.set_trade_id(options.id);
  }
  for (const PartyRole role : {PartyRole::kSeller, PartyRole::kBuyer}) {
    const absl::StatusOr<std::string> name = FindParty(session, *invoice, role);
    if (!name.ok()) return Prefixed(options.path, name.status());
    (role == PartyRole::kSeller ? trade.set_seller(*name)
                                : trade.set_buyer(*name));
  }
  if (!payment->note.empty()) {
    session.err() << "skontro: note: " << payment->note << "\n";
  }
  return SendTrade(session, std::move(request), unit);
}

}  // namespace

void AddTradeSubmitVerb(Verbs& verbs, CLI::App* trade) {
  const auto options = std::make_shared<SubmitOptions>();
  CLI::App* const verb = verbs.Add(
      trade, "submit",
      "Make a trade of an electronic invoice (UBL 2.1, EN 16931).\n"
      "Seller and buyer are found by their VAT or company ids; number, dates, "
      "tax\n"
      "and totals are taken as they are. The invoice must be in the network's\n"
      "peg currency.",
      "  skontro trade submit --invoice invoice.xml --units 60%\n"
      "  skontro trade submit --invoice invoice.xml --units 720 --pay\n"
      "  skontro trade submit --invoice invoice.xml --units 100% --dry-run",
      [&verbs, options] { return Submit(verbs.session(), *options); });
  verb->add_option("--invoice", options->path, "The XML file; - is the input")
      ->required()
      ->type_name("FILE");
  verb->add_option("--units", options->units,
                   "What is paid in units: a share of what is left to pay, "
                   "rounded half up, or an amount; the rest is cash")
      ->required()
      ->type_name("SHARE%|UNITS");
  verb->add_flag("--pay", options->pay,
                 "The buyer pays at once; else the seller requests and the "
                 "buyer has to accept");
  verb->add_option("--id", options->id,
                   "Id of the trade: small letters, digits, hyphens (chosen by "
                   "the server)")
      ->type_name("ID");
  verb->add_option("--description", options->description, "What was sold")
      ->type_name("TEXT");
  verbs.TakesNetwork(verb);
  verbs.TakesRequestId(verb);
  verbs.TakesFormat(verb);
}

}  // namespace skontro::cli
