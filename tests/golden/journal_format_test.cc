// Every journal that was ever written stays readable, byte for byte.
//
// journal_format_1.hex holds the batches of a small journal of format version 1
// with every kind of record and of event that it began with, and
// journal_format_1_state_digest.hex one with a state digest: one batch after
// another, separated by an empty line, in hexadecimal digits of any line
// length; a line that begins with # is a comment. The file is never changed.
//
// A later format version gets a file and a test beside these. Write the records
// in the test, run it, and take the file that it leaves where it says; then
// check that file by hand against docs/journal_format.md before it is
// committed. New events of format version 1 go to files of their own, by the
// same way: journal_format_1_recovery.hex has the acceptance of a loss.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "ledger/record_codec.h"
#include "skontro/storage/v1/event.pb.h"
#include "tests/ledger/scribe.h"

namespace skontro::ledger {
namespace {

namespace storage = storage::v1;

// The digest of the last record, which stands for every byte before it.
constexpr char kLastDigest[] =
    "42377673ffbeb51ea15f3b5cfb5a6a2e"
    "a86ccf6cd2f3bb0ce64726092e501209";

constexpr char kHeadKeyDigest[] =
    "869a898812480186a10cacfa54b05fd4"
    "05b09aac434c53d44a9799a978fee931";

constexpr char kStateDigestDigest[] =
    "115435d35cf147ff8969eefe73138432"
    "66b845d359ba49cf8df51d309c354541";

constexpr char kApiKeyDigest[] =
    "f6313c4a73267ce6466fb01dad346c33"
    "2a8b510ce1d5a5ed82fa1b25e5c0abd3";

constexpr char kPoliciesDigest[] =
    "985c3b51718ee1894dca8863b1fb6056"
    "37a44bf578c3cda0dd69339fdd61e6dc";

constexpr char kMemberStatusDigest[] =
    "e59a2a08cc8999830bc303e49cc65290"
    "819aba3b5c9b3fb0ccc7625a28d0f31a";

constexpr char kHoldsDigest[] =
    "7fd20a82ada638170547d019fb8ae6a4"
    "dfb578263507aaedb0fc5cff43eb5e07";

constexpr char kWebhooksDigest[] =
    "d95bde13abf92f1920c81ebea2a1940e"
    "3b23ed9b36010e57e419da3656bb94b5";

constexpr int32_t kFirstDay = 20'454;  // 2026-01-01
constexpr AccountId kBakersAccount{1};
constexpr AccountId kPrintersAccount{2};

// The record `rank` of the journal, from 1, a minute after the one before.
Record RecordOf(int rank, const storage::Event& event,
                RecordKind kind = RecordKind::kEvent) {
  Record record;
  record.kind = kind;
  record.time_us = 1'767'225'600'000'000 + rank * 60'000'000LL;
  record.booking_date = CivilDate::FromDays(kFirstDay + rank / 7);
  record.actor = "operator/local";
  record.request_id = "018f3c2e-" + std::to_string(rank);
  record.request_fields = {{1, 0x0123'4567'89ab'cdef}, {3, 7}};
  record.event = event.SerializeAsString();
  return record;
}

Commitment CommitmentTo(uint64_t subject, uint32_t field, const char* text) {
  return {subject, field, CommitmentOf("0123456789abcdef", text)};
}

// Buyer to seller, with the balances after it.
Entry EntryOf(EntryKind kind, uint64_t trade, const Record& record,
              int64_t minor_units, int64_t buyer_after, int64_t seller_after) {
  return {kind,
          TradeNumber{trade},
          record.booking_date,
          {{kPrintersAccount, Amount::FromMinorUnits(-minor_units),
            Amount::FromMinorUnits(buyer_after)},
           {kBakersAccount, Amount::FromMinorUnits(minor_units),
            Amount::FromMinorUnits(seller_after)}}};
}

Record NetworkCreated() {
  storage::Event event;
  storage::NetworkCreated* created = event.mutable_network_created();
  created->set_id("res");
  created->set_display_name("RES Belgique");
  created->set_unit_code("RES");
  created->set_unit_decimals(2);
  created->set_peg_currency("EUR");
  created->set_peg_decimals(2);
  created->set_rate_numerator(1);
  created->set_rate_denominator(1);
  created->set_time_zone("Europe/Brussels");
  created->set_default_credit_line(100'000);
  created->set_default_balance_limit(500'000);
  created->set_request_key("0123456789abcdef");
  return RecordOf(1, event, RecordKind::kGenesis);
}

Record BakerCreated() {
  storage::Event event;
  storage::MemberCreated* created = event.mutable_member_created();
  created->set_number(1);
  created->set_id("baker");
  created->set_country("BE");
  created->set_vat_id("BE0123456749");
  storage::CompanyId* company = created->add_company_ids();
  company->set_scheme("cbe");
  company->set_value("0123.456.749");
  created->set_main_account(1);
  Record record = RecordOf(2, event);
  record.commitments = {CommitmentTo(1, 1, "Boulangerie Petit SRL"),
                        CommitmentTo(1, 2, "Rue Haute 1\n1000 Bruxelles")};
  return record;
}

Record PrinterCreated() {
  storage::Event event;
  storage::MemberCreated* created = event.mutable_member_created();
  created->set_number(2);
  created->set_id("printer");
  created->set_country("FR");
  created->set_main_account(2);
  Record record = RecordOf(3, event);
  record.commitments = {CommitmentTo(2, 1, "Imprimerie Grand SARL")};
  return record;
}

Record CreditLineSet() {
  storage::Event event;
  storage::CreditLineSet* set = event.mutable_credit_line_set();
  set->set_account(2);
  set->set_old_credit_line(100'000);
  set->set_new_credit_line(250'000);
  set->set_old_balance_limit(500'000);
  set->set_new_balance_limit(500'000);
  Record record = RecordOf(4, event);
  record.commitments = {CommitmentTo(2, 1, "annual review")};
  return record;
}

storage::TradeCreated* CreateTrade(storage::Event* event, uint32_t initiator,
                                   int64_t units) {
  storage::TradeCreated* created = event->mutable_trade_created();
  created->set_seller(1);
  created->set_buyer(2);
  created->set_initiator(initiator);
  created->set_units(units);
  created->set_national_value(units);
  created->set_rate_numerator(1);
  created->set_rate_denominator(1);
  created->set_rate_version(1);
  return created;
}

// Paid at once, with an invoice that has all there is to say.
Record TradePaid() {
  storage::Event event;
  storage::TradeCreated* created = CreateTrade(&event, 2, 60'000);
  created->set_id("spring-catering");
  created->set_cash(40'000);
  storage::Invoice* invoice = created->mutable_invoice();
  invoice->set_number("2026/001");
  invoice->set_issue_day(kFirstDay);
  invoice->set_supply_day(kFirstDay - 1);
  invoice->set_due_day(kFirstDay + 30);
  invoice->set_purchase_order("PO-7");
  invoice->set_gross(100'000);
  invoice->set_prepaid(0);
  storage::TaxLine* line = invoice->add_tax_lines();
  line->set_category("S");
  line->set_rate_ppm(210'000);
  line->set_base(82'645);
  line->set_tax(17'355);
  Record record = RecordOf(5, event);
  record.entries = {
      EntryOf(EntryKind::kTrade, 5, record, 60'000, -60'000, 60'000)};
  record.commitments = {CommitmentTo(1, 1, "catering for the spring fair")};
  return record;
}

Record TradeProposed(int rank) {
  storage::Event event;
  CreateTrade(&event, 1, 1'000 * rank)
      ->mutable_invoice()
      ->set_number("A-" + std::to_string(rank));
  return RecordOf(rank, event);
}

Record TradeAccepted() {
  storage::Event event;
  event.mutable_trade_accepted()->set_trade(6);
  Record record = RecordOf(7, event);
  record.entries = {
      EntryOf(EntryKind::kTrade, 6, record, 6'000, -66'000, 66'000)};
  return record;
}

Record TradeDeclined() {
  storage::Event event;
  storage::TradeDeclined* declined = event.mutable_trade_declined();
  declined->set_trade(8);
  declined->mutable_freed_invoice()->set_seller(1);
  declined->mutable_freed_invoice()->set_year(2026);
  declined->mutable_freed_invoice()->set_number("A-8");
  return RecordOf(9, event);
}

Record TradeReversed() {
  storage::Event event;
  storage::TradeReversed* reversed = event.mutable_trade_reversed();
  reversed->set_trade(5);
  reversed->set_settle_sequence(5);
  reversed->mutable_freed_invoice()->set_seller(1);
  reversed->mutable_freed_invoice()->set_year(2026);
  reversed->mutable_freed_invoice()->set_number("2026/001");
  Record record = RecordOf(10, event);
  record.entries = {
      EntryOf(EntryKind::kReversal, 5, record, -60'000, -6'000, 6'000)};
  return record;
}

// Two trades that stand and fall together.
std::vector<Record> Group() {
  std::vector<Record> group;
  for (int rank : {11, 12}) {
    storage::Event event;
    CreateTrade(&event, 2, 500);
    group.push_back(RecordOf(rank, event));
    const int64_t balance = 6'000 + (rank - 10) * 500;
    group.back().entries = {EntryOf(EntryKind::kTrade,
                                    static_cast<uint64_t>(rank), group.back(),
                                    500, -balance, balance)};
  }
  group[0].group_count = 2;
  group[1].request_id.clear();
  group[1].request_fields.clear();
  return group;
}

Record RequestRefused() {
  storage::Event event;
  storage::RequestRefused* refused = event.mutable_request_refused();
  refused->set_reason(6);
  for (const auto& [key, value] :
       {std::pair("account", "members/printer/accounts/main"),
        std::pair("spendable", "243000"), std::pair("amount", "300000"),
        std::pair("missing", "57000")}) {
    storage::Metadata* metadata = refused->add_metadata();
    metadata->set_key(key);
    metadata->set_value(value);
  }
  return RecordOf(13, event, RecordKind::kRefusal);
}

// The journal, batch by batch.
std::vector<std::vector<Record>> Journal() {
  std::vector<std::vector<Record>> batches = {
      {NetworkCreated()},
      {BakerCreated(), PrinterCreated(), CreditLineSet(), TradePaid(),
       TradeProposed(6), TradeAccepted(), TradeProposed(8), TradeDeclined(),
       TradeReversed()},
      Group()};
  batches.back().push_back(RequestRefused());
  return batches;
}

// The events that came with the keys of heads: journal_format_1_head_key.hex.
std::vector<std::vector<Record>> HeadKeyJournal() {
  Record genesis = NetworkCreated();
  storage::Event event;
  EXPECT_TRUE(event.ParseFromString(genesis.event));
  event.mutable_network_created()->set_head_key(
      "0123456789abcdef0123456789ABCDEF");
  genesis.event = event.SerializeAsString();
  event.mutable_head_key_set()->set_public_key(
      "fedcba9876543210FEDCBA9876543210");
  return {{genesis}, {RecordOf(2, event)}};
}

// A journal that lost records, with and without an anchor that said so.
std::vector<std::vector<Record>> RecoveredJournal() {
  storage::Event lost;
  storage::RecoveryAccepted* accepted = lost.mutable_recovery_accepted();
  accepted->mutable_anchored()->set_sequence(9);
  accepted->mutable_anchored()->set_digest(std::string(32, '9'));
  accepted->mutable_anchored()->set_time_us(1'767'225'660'000'000);
  accepted->mutable_found()->set_sequence(1);
  accepted->mutable_found()->set_digest(std::string(32, '1'));
  accepted->mutable_found()->set_time_us(1'767'225'600'000'000);
  accepted->set_stored_sequence(4);
  storage::Event unknown;
  accepted = unknown.mutable_recovery_accepted();
  accepted->mutable_found()->set_sequence(2);
  accepted->mutable_found()->set_digest(std::string(32, '2'));
  accepted->set_stored_sequence(2);
  std::vector<std::vector<Record>> batches = {{NetworkCreated()}};
  for (const auto& [rank, event] :
       {std::pair(2, lost), std::pair(3, unknown)}) {
    Record record = RecordOf(rank, event, RecordKind::kRecovery);
    record.request_id.clear();
    record.request_fields.clear();
    record.commitments = {CommitmentTo(0, 1, "the disk of the left rack"),
                          CommitmentTo(0, 2, "ops@rack")};
    batches.push_back({record});
  }
  return batches;
}

// A record of the kind that came later: journal_format_1_state_digest.hex. The
// digest is that of a state with nothing in it.
Record StateDigested() {
  storage::Event event;
  storage::StateDigested* digested = event.mutable_state_digested();
  digested->set_digest(std::string(BytesOf(HashOf(std::string(64, '\0')))));
  Record record = RecordOf(2, event, RecordKind::kStateDigest);
  record.actor.clear();
  record.request_id.clear();
  record.request_fields.clear();
  return record;
}

std::vector<std::vector<Record>> StateDigestJournal() {
  return {{NetworkCreated()}, {StateDigested()}};
}

// The events that came with keys of clients: journal_format_1_api_key.hex.
std::vector<std::vector<Record>> ApiKeyJournal() {
  std::vector<std::vector<Record>> batches = {{NetworkCreated()}};
  storage::Event first;
  storage::ApiKeyCreated* made = first.mutable_api_key_created();
  made->set_id("k1");
  made->set_identity("printer-erp");
  made->set_role(1);
  made->add_members()->set_number(1);
  made->add_members()->set_number(2);
  made->set_spending_ceiling(200'000);
  made->set_credit_mandate(5);
  made->set_expire_time_us(1'798'761'600'000'000);
  made->set_kind(1);
  made->set_digest(std::string(BytesOf(HashOf("a key"))));
  batches.push_back({RecordOf(2, first)});
  storage::Event second;
  storage::ApiKeyCreated* replacing = second.mutable_api_key_created();
  *replacing = *made;
  replacing->set_id("k2");
  replacing->set_kind(2);
  replacing->set_digest(std::string(BytesOf(HashOf("a certificate"))));
  replacing->set_replaces("k1");
  replacing->set_replaced_expire_time_us(1'767'312'000'000'000);
  batches.push_back({RecordOf(3, second)});
  storage::Event third;
  third.mutable_api_key_revoked()->set_id("k2");
  batches.push_back({RecordOf(4, third)});
  return batches;
}

// The event that came with policies: journal_format_1_policies.hex.
std::vector<std::vector<Record>> PoliciesJournal() {
  std::vector<std::vector<Record>> batches = {{NetworkCreated()}};
  storage::Event first;
  storage::PoliciesSet* set = first.mutable_policies_set();
  set->set_version(1);
  storage::PolicyValue* cap = set->add_values();
  cap->set_policy(1);
  cap->set_value(500'000);
  batches.push_back({RecordOf(2, first)});
  // All at their defaults again.
  storage::Event second;
  second.mutable_policies_set()->set_version(2);
  batches.push_back({RecordOf(3, second)});
  return batches;
}

// The event that came with statuses of members:
// journal_format_1_member_status.hex.
std::vector<std::vector<Record>> MemberStatusJournal() {
  std::vector<std::vector<Record>> batches = {{NetworkCreated()}};
  storage::Event first;
  storage::MemberStatusSet* set = first.mutable_member_status_set();
  set->set_member(1);
  set->set_old_status(2);
  set->set_new_status(6);
  set->set_wind_down_day(kFirstDay + 180);
  batches.push_back({RecordOf(2, first)});
  storage::Event second;
  set = second.mutable_member_status_set();
  set->set_member(1);
  set->set_old_status(6);
  set->set_new_status(7);
  batches.push_back({RecordOf(3, second)});
  return batches;
}

// The events that came with webhooks: journal_format_1_webhooks.hex.
std::vector<std::vector<Record>> WebhooksJournal() {
  std::vector<std::vector<Record>> batches = {{NetworkCreated()}};
  storage::Event first;
  storage::WebhookCreated* made = first.mutable_webhook_created();
  made->set_id("erp");
  made->set_url("https://erp.example.org/skontro?a=b");
  made->add_types()->set_type(4);
  made->add_types()->set_type(5);
  made->set_member(1);
  made->set_owner("operator/local");
  made->set_api_key("k1");
  made->set_salt("0123456789abcdef");
  made->set_digest(std::string(BytesOf(HashOf("a secret"))));
  batches.push_back({RecordOf(2, first)});
  storage::Event second;
  second.mutable_webhook_state_set()->set_id("erp");
  second.mutable_webhook_state_set()->set_state(2);
  batches.push_back({RecordOf(3, second)});
  return batches;
}

void SetHolds(int64_t units, storage::HoldsAfter* holds) {
  holds->set_buyer_account(2);
  holds->set_holds_out(units);
  holds->set_seller_account(1);
  holds->set_holds_in(units);
}

// The events that came with holds: journal_format_1_holds.hex. One of each;
// what they say need not follow.
std::vector<std::vector<Record>> HoldsJournal() {
  std::vector<std::vector<Record>> batches = {{NetworkCreated()}};
  std::vector<storage::Event> events(6);
  storage::TradeCreated* created = events[0].mutable_trade_created();
  created->set_seller(1);
  created->set_buyer(2);
  created->set_initiator(2);
  created->set_units(900);
  created->set_national_value(900);
  created->set_rate_numerator(1);
  created->set_rate_denominator(1);
  created->set_rate_version(1);
  created->set_cash(70);
  created->set_hold_expire_time_us(1'768'435'200'000'000);
  SetHolds(900, created->mutable_holds());
  storage::TradeAuthorised* held = events[1].mutable_trade_authorised();
  held->set_trade(6);
  held->set_expire_time_us(1'768'435'200'000'001);
  SetHolds(1'000, held->mutable_holds());
  storage::HoldSettled* part = events[2].mutable_hold_settled();
  part->set_trade(2);
  part->set_units(300);
  part->set_national_value(300);
  part->set_cash(23);
  part->set_state(2);
  SetHolds(700, part->mutable_holds());
  storage::HoldReleased* released = events[3].mutable_hold_released();
  released->set_trade(2);
  released->set_state(3);
  SetHolds(100, released->mutable_holds());
  storage::HoldExpired* expired = events[4].mutable_hold_expired();
  expired->set_trade(6);
  expired->set_state(8);
  expired->mutable_freed_invoice()->set_seller(1);
  expired->mutable_freed_invoice()->set_year(2026);
  expired->mutable_freed_invoice()->set_number("F-7");
  SetHolds(0, expired->mutable_holds());
  events[5].mutable_trade_withdrawn()->set_trade(7);
  for (size_t i = 0; i < events.size(); ++i) {
    Record record = RecordOf(static_cast<int>(i) + 2, events[i]);
    if (events[i].has_hold_settled()) {
      record.entries = {EntryOf(EntryKind::kTrade, 2, record, 300, -300, 300)};
    }
    if (events[i].has_hold_expired()) {
      record.actor = "clock";
      record.request_id.clear();
      record.request_fields.clear();
    }
    batches.push_back({record});
  }
  return batches;
}

std::vector<std::string> Encode(
    const std::vector<std::vector<Record>>& journal) {
  std::vector<std::string> batches;
  Sequence first{1};
  Digest previous = GenesisPredecessor(kNetwork);
  for (const std::vector<Record>& records : journal) {
    const PendingBatch pending = Pending(records);
    const EncodedBatch encoded =
        EncodeBatch(kNetwork, /*epoch=*/0, first, previous, pending.records,
                    pending.payloads);
    batches.push_back(encoded.bytes);
    first = Sequence{Number(first) + records.size()};
    previous = encoded.digests.back();
  }
  return batches;
}

std::vector<std::string> ReadBatches(const std::string& path) {
  std::vector<std::string> batches;
  std::ifstream file(path);
  bool open = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    if (!line.empty() && !open) batches.emplace_back();
    open = !line.empty();
    if (open) batches.back() += absl::HexStringToBytes(line);
  }
  return batches;
}

void WriteBatches(const std::vector<std::string>& batches,
                  const std::string& path) {
  std::ofstream file(path);
  for (const std::string& batch : batches) {
    const std::string hex = absl::BytesToHexString(batch);
    for (size_t at = 0; at < hex.size(); at += 64) {
      file << hex.substr(at, 64) << "\n";
    }
    file << "\n";
  }
}

// A golden file, what is in it, and the digest of its last record.
struct Golden {
  const char* file;
  std::vector<std::vector<Record>> (*journal)();
  const char* last_digest;
};

class JournalFormatTest : public testing::Test {
 protected:
  static std::string PathOf(const Golden& golden) {
    return std::string(SKONTRO_SOURCE_DIR "/tests/golden/") + golden.file;
  }

  const std::vector<Golden> goldens_ = {
      {"journal_format_1.hex", Journal, kLastDigest},
      {"journal_format_1_head_key.hex", HeadKeyJournal, kHeadKeyDigest},
      {"journal_format_1_state_digest.hex", StateDigestJournal,
       kStateDigestDigest},
      {"journal_format_1_api_key.hex", ApiKeyJournal, kApiKeyDigest},
      {"journal_format_1_policies.hex", PoliciesJournal, kPoliciesDigest},
      {"journal_format_1_member_status.hex", MemberStatusJournal,
       kMemberStatusDigest},
      {"journal_format_1_holds.hex", HoldsJournal, kHoldsDigest},
      {"journal_format_1_webhooks.hex", WebhooksJournal, kWebhooksDigest}};
};

TEST_F(JournalFormatTest, AJournalOfVersion1HoldsWhatWasWritten) {
  for (const Golden& golden : goldens_) {
    SCOPED_TRACE(golden.file);
    const std::vector<std::vector<Record>> journal = golden.journal();
    const std::vector<std::string> batches = ReadBatches(PathOf(golden));
    ASSERT_EQ(batches.size(), journal.size());
    Digest previous = GenesisPredecessor(kNetwork);
    for (size_t i = 0; i < journal.size(); ++i) {
      const auto decoded = DecodeBatch(batches[i], Trust::kNothing);
      ASSERT_TRUE(decoded.ok()) << decoded.status();
      EXPECT_EQ(decoded->uid, kNetwork);
      EXPECT_EQ(decoded->previous, previous);
      EXPECT_EQ(decoded->batch.records, journal[i]);
      previous = decoded->batch.digests.back();
    }
    EXPECT_EQ(ToHex(previous), golden.last_digest);
  }
}

TEST_F(JournalFormatTest, TheSameRecordsAreWrittenAsTheSameBytes) {
  for (const Golden& golden : goldens_) {
    const std::vector<std::string> encoded = Encode(golden.journal());
    if (encoded == ReadBatches(PathOf(golden))) continue;
    const std::string path = testing::TempDir() + golden.file;
    WriteBatches(encoded, path);
    ADD_FAILURE() << "the records are written as other bytes now; they are in "
                  << path;
  }
}

TEST_F(JournalFormatTest, AnAcceptedLossIsWrittenAndReadAsItWas) {
  const std::vector<std::vector<Record>> journal = RecoveredJournal();
  const std::vector<std::string> golden = ReadBatches(
      SKONTRO_SOURCE_DIR "/tests/golden/journal_format_1_recovery.hex");
  const std::vector<std::string> encoded = Encode(journal);
  if (encoded != golden) {
    const std::string path =
        testing::TempDir() + "journal_format_1_recovery.hex";
    WriteBatches(encoded, path);
    FAIL() << "the records are written as other bytes; they are in " << path;
  }
  for (size_t i = 0; i < golden.size(); ++i) {
    const auto decoded = DecodeBatch(golden[i], Trust::kNothing);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(decoded->batch.records, journal[i]);
  }
}

TEST_F(JournalFormatTest, ARecoveryThatMovesOrAnswersIsRefused) {
  Record moves = RecoveredJournal()[1][0];
  moves.entries = {EntryOf(EntryKind::kTrade, 5, moves, 1, -1, 1)};
  Record answers = RecoveredJournal()[1][0];
  answers.request_id = "r";
  for (const Record& record : {moves, answers}) {
    const std::string payload = EncodePayload(record);
    EXPECT_DEATH(
        EncodeBatch(kNetwork, 0, Sequence{2}, {}, {&record, 1}, {&payload, 1}),
        "broken invariant");
  }
}

TEST_F(JournalFormatTest, EveryEventThereIsIsInIt) {
  std::vector<int> missing;
  const google::protobuf::OneofDescriptor* events =
      storage::Event::descriptor()->FindOneofByName("event");
  for (int i = 0; i < events->field_count(); ++i) {
    missing.push_back(events->field(i)->number());
  }
  std::vector<std::vector<Record>> all = Journal();
  for (const std::vector<Record>& records : HeadKeyJournal()) {
    all.push_back(records);
  }
  for (const std::vector<Record>& records : RecoveredJournal()) {
    all.push_back(records);
  }
  for (const std::vector<Record>& records : ApiKeyJournal()) {
    all.push_back(records);
  }
  for (const std::vector<Record>& records : PoliciesJournal()) {
    all.push_back(records);
  }
  for (const std::vector<Record>& records : MemberStatusJournal()) {
    all.push_back(records);
  }
  for (const std::vector<Record>& records : HoldsJournal()) {
    all.push_back(records);
  }
  for (const std::vector<Record>& records : WebhooksJournal()) {
    all.push_back(records);
  }
  all.push_back(StateDigestJournal().back());
  for (const std::vector<Record>& records : all) {
    for (const Record& record : records) {
      storage::Event event;
      ASSERT_TRUE(event.ParseFromString(record.event));
      missing.erase(std::remove(missing.begin(), missing.end(),
                                static_cast<int>(event.event_case())),
                    missing.end());
    }
  }
  EXPECT_EQ(missing, std::vector<int>())
      << "give the new events a golden file of their own";
}

}  // namespace
}  // namespace skontro::ledger
