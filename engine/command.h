// A Command is what somebody wants done: already of good form as far as the
// edge can tell, with everything that the engine may not look up itself - the
// time, the day, salts, and Facts from the store.

#ifndef SKONTRO_ENGINE_COMMAND_H_
#define SKONTRO_ENGINE_COMMAND_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/actor.h"
#include "engine/event.h"
#include "engine/row.h"

namespace skontro::engine {

// A free text that belongs to a person or company. Empty: no row is written.
struct PersonalText {
  std::string salt;  // 16 random bytes from the edge.
  std::string text;
};

// Admits a member. Ids and tax ids are as the client wrote them.
struct CreateMember {
  std::string member_id;
  std::string country;
  std::string vat_id;
  std::vector<CompanyId> company_ids;
  PersonalText legal_name;
  PersonalText address;  // Lines joined by line feeds.
};

// Changes where a membership stands.
struct ChangeMemberStatus {
  std::string member_id;
  MemberStatus status = MemberStatus::kActive;
  CivilDate wind_down_date;  // Of kClosing only.
  PersonalText reason;
};

// Sets the limits of a member's account `main`.
struct SetCreditLine {
  std::string member_id;
  Amount credit_line;
  std::optional<Amount> balance_limit;  // Nothing leaves it as it is.
  PersonalText reason;
};

// Creates a trade. Prepare() fills what follows from the network's terms.
struct CreateTrade {
  std::string trade_id;  // Empty: the server chooses.
  std::string seller;    // Ids of members.
  std::string buyer;
  Initiator initiator = Initiator::kSeller;
  Amount units;
  int64_t cash = 0;           // Minor units of the peg currency.
  std::string cash_currency;  // Empty where there is no cash leg.
  std::optional<Invoice> invoice;
  PersonalText description;
  // Of a buyer who authorises and does not pay at once.
  bool holds = false;
  int64_t hold_expire_time_us = 0;  // 0: the usual time from now on.

  int64_t national_value = 0;  // Set by Prepare().
};

struct AcceptTrade {
  std::string trade_id;
};
struct DeclineTrade {
  std::string trade_id;
};
struct ReverseTrade {
  std::string trade_id;
};

// Accepts a proposed trade and holds its units.
struct AuthoriseTrade {
  std::string trade_id;
  int64_t expire_time_us = 0;  // 0: the usual time from now on.
};

// Moves what is held, or a part of it.
struct SettleTrade {
  std::string trade_id;
  std::optional<Amount> units;  // Nothing: all that is held.
  bool release_rest = false;
};

// Gives back what is held.
struct ReleaseTrade {
  std::string trade_id;
};

// Takes back a proposed trade.
struct WithdrawTrade {
  std::string trade_id;
};

// What the time has made due. Nobody asks for it: a timer of the server does,
// with the time in the command and nothing else.
struct Tick {};

// Creates all of these trades, or none.
struct CreateTrades {
  std::vector<CreateTrade> trades;
};

// From now on heads are signed with the secret half of this key.
struct SetHeadKey {
  std::string public_key;  // 32 bytes.
};

// Gives out a key. The edge has made it, and tells only what proves it.
struct CreateApiKey {
  std::string id;  // The edge chooses one where the client did not.
  std::string identity;
  Role role = Role::kMemberUser;
  std::vector<std::string> members;  // Ids.
  Amount spending_ceiling;           // Zero for none.
  Amount credit_mandate;
  int64_t expire_time_us = 0;  // 0 for never.
  CredentialKind kind = CredentialKind::kSecret;
  std::string digest;  // 32 bytes.
};

// Gives out another key in place of one, which goes on for a while.
struct RotateApiKey {
  std::string id;
  std::string new_id;
  int64_t overlap_us = 0;
  int64_t expire_time_us = 0;  // Of the new key; 0 for never.
  CredentialKind kind = CredentialKind::kSecret;
  std::string digest;  // Of the new key, 32 bytes.
};

struct RevokeApiKey {
  std::string id;
};

// Has events told to a URL. The edge has made the secret, and tells only what
// it is made of and what proves it.
struct CreateWebhook {
  std::string id;  // The edge chooses one where the client did not.
  std::string url;
  std::vector<uint32_t> types;  // Ascending.
  std::string member;           // The id of a member; empty for all.
  std::string salt;             // 16 bytes.
  std::string digest;           // 32 bytes.
};

// Pauses it, lets it go on, or takes it away.
struct SetWebhookState {
  std::string id;
  WebhookState state = WebhookState::kPaused;
};

// Changes these policies and leaves the others as they are.
struct UpdatePolicies {
  std::vector<std::pair<Policy, int64_t>> changes;
  std::string etag;  // Of the version that is to change; empty for any.
};

// New kinds go to the end: the place of a kind, from 1, is on disk.
using CommandBody =
    std::variant<CreateMember, SetCreditLine, CreateTrade, AcceptTrade,
                 DeclineTrade, ReverseTrade, CreateTrades, SetHeadKey,
                 CreateApiKey, RotateApiKey, RevokeApiKey, UpdatePolicies,
                 ChangeMemberStatus, AuthoriseTrade, SettleTrade, ReleaseTrade,
                 WithdrawTrade, Tick, CreateWebhook, SetWebhookState>;

// A trade as the store knows it.
struct TradeFact {
  TradeNumber number{};
  TradeCreated created;
  TradeState state = TradeState::kProposed;
  Sequence settle_sequence{};  // 0 before settlement.
  // Of a trade with a hold: when that ends or ended, and what was settled of
  // it.
  int64_t hold_expire_time_us = 0;
  Amount settled;
};

// What the store says at `sequence` about the names in a command: the writer
// keeps only what is newer than that, and the two together are complete.
struct Facts {
  Sequence sequence{};
  std::optional<RequestRow> request;
  std::optional<TradeFact> trade;  // The trade that the command is about.
  // Per trade that the command creates.
  struct NewTrade {
    bool id_taken = false;
    std::optional<TradeNumber> invoice_holder;
    std::string invoice_holder_id;  // The id of that trade.
  };
  std::vector<NewTrade> new_trades;
};

// Number of the field of a request that says what kind of request it is; the
// fields of a message have higher ones.
inline constexpr uint32_t kKindField = 0;

struct Command {
  Actor actor;
  std::string_view method;  // Such as "TradeService.CreateTrade"; static.
  std::string request_id;
  std::vector<ledger::FieldHash> request_fields;  // Ascending by number.
  // Name of a top-level field of the request, for REQUEST_ID_REUSED.
  std::string_view (*field_name)(uint32_t number) = nullptr;
  bool validate_only = false;
  int64_t time_us = 0;
  CivilDate booking_date;  // The day of `time_us` in the network's time zone.
  CommandBody body;

  // Set by Prepare(): what is wrong with the form.
  std::vector<Refusal> form_refusals;
  // Set by LookUp().
  Facts facts;
};

// Checks the form of what depends on the network's terms only, and fills in
// what follows from them: the national value, the gross and the date of an
// invoice; and adds the kind of the command to its request fields. Must be
// called before LookUp(); a second time changes nothing. Order of the checks:
// the order of the fields; what depends on a field that is refused is not
// checked.
void Prepare(const NetworkCreated& terms, Command* command);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_COMMAND_H_
