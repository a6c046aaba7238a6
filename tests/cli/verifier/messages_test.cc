// The verifier's list of fields against the generated classes: a message with
// every field set is read the same, and every message is there.

#include "cli/verifier/messages.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/verifier/checkpoint_messages.h"
#include "cli/verifier/decode.h"
#include "cli/verifier/difference.h"
#include "cli/verifier/encode.h"
#include "cli/verifier/row_messages.h"
#include "skontro/storage/v1/checkpoint.pb.h"
#include "skontro/storage/v1/event.pb.h"
#include "skontro/storage/v1/record.pb.h"
#include "skontro/storage/v1/row.pb.h"

namespace skontro::verifier {
namespace {

namespace pb = storage::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Reflection;

// Gives one field a value that its type reads in no other way.
void SetScalar(google::protobuf::Message* message,
               const FieldDescriptor* field) {
  const Reflection* reflection = message->GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      reflection->SetInt32(message, field, -77'000 - field->number());
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      reflection->SetInt64(message, field, INT64_MIN + field->number());
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      reflection->SetUInt32(
          message, field, UINT32_MAX - static_cast<uint32_t>(field->number()));
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      reflection->SetUInt64(
          message, field, UINT64_MAX - static_cast<uint64_t>(field->number()));
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      reflection->SetString(message, field,
                            "\xc3\xa9" + std::to_string(field->number()));
      break;
    default:
      FAIL() << "a type that no message has: " << field->full_name();
  }
}

// Sets every field, and two values of each that is repeated.
void Fill(google::protobuf::Message* message) {
  const Reflection* reflection = message->GetReflection();
  const auto* descriptor = message->GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->is_repeated()) {
      Fill(reflection->AddMessage(message, field));
      Fill(reflection->AddMessage(message, field));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Fill(reflection->MutableMessage(message, field));
    } else {
      SetScalar(message, field);
    }
  }
}

// Paths and values as FieldTexts() gives them, from reflection.
void Collect(const google::protobuf::Message& message,
             const std::string& prefix, std::vector<FieldText>* texts) {
  const Reflection* reflection = message.GetReflection();
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const std::string path = prefix + field->name();
    if (field->is_repeated()) {
      for (int j = 0; j < reflection->FieldSize(message, field); ++j) {
        const std::string one = path + "[" + std::to_string(j) + "]";
        texts->emplace_back(one, "there");
        Collect(reflection->GetRepeatedMessage(message, field, j), one + ".",
                texts);
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      texts->emplace_back(path, "there");
      Collect(reflection->GetMessage(message, field), path + ".", texts);
    } else if (field->type() == FieldDescriptor::TYPE_STRING) {
      texts->emplace_back(path, Quoted(reflection->GetString(message, field)));
    } else if (field->type() == FieldDescriptor::TYPE_BYTES) {
      texts->emplace_back(path, Hex(reflection->GetString(message, field)));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
      texts->emplace_back(path,
                          std::to_string(reflection->GetInt32(message, field)));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
      texts->emplace_back(path,
                          std::to_string(reflection->GetInt64(message, field)));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
      texts->emplace_back(
          path, std::to_string(reflection->GetUInt32(message, field)));
    } else {
      texts->emplace_back(
          path, std::to_string(reflection->GetUInt64(message, field)));
    }
  }
}

template <class Ours, class Theirs>
void ExpectSame() {
  SCOPED_TRACE(Theirs::descriptor()->name());
  Theirs theirs;
  Fill(&theirs);
  std::vector<FieldText> expected;
  Collect(theirs, "", &expected);

  const std::string bytes = theirs.SerializeAsString();
  const absl::StatusOr<Ours> ours = Decode<Ours>(bytes);
  ASSERT_TRUE(ours.ok()) << ours.status();
  EXPECT_EQ(FieldTexts(*ours), expected);
  EXPECT_EQ(Encode(*ours), bytes);

  // Nothing set is all defaults, and nothing written.
  EXPECT_TRUE(FieldTexts(*Decode<Ours>("")).empty());
  EXPECT_EQ(Encode(Ours()), "");
}

TEST(MessagesTest, AreReadAsTheGeneratedClassesWriteThem) {
  ExpectSame<FieldHash, pb::FieldHash>();
  ExpectSame<Posting, pb::Posting>();
  ExpectSame<Entry, pb::Entry>();
  ExpectSame<Commitment, pb::Commitment>();
  ExpectSame<Record, pb::Record>();
  ExpectSame<NetworkCreated, pb::NetworkCreated>();
  ExpectSame<CompanyId, pb::CompanyId>();
  ExpectSame<MemberCreated, pb::MemberCreated>();
  ExpectSame<CreditLineSet, pb::CreditLineSet>();
  ExpectSame<TaxLine, pb::TaxLine>();
  ExpectSame<Invoice, pb::Invoice>();
  ExpectSame<TradeCreated, pb::TradeCreated>();
  ExpectSame<InvoiceKey, pb::InvoiceKey>();
  ExpectSame<TradeAccepted, pb::TradeAccepted>();
  ExpectSame<TradeDeclined, pb::TradeDeclined>();
  ExpectSame<TradeReversed, pb::TradeReversed>();
  ExpectSame<Metadata, pb::Metadata>();
  ExpectSame<RequestRefused, pb::RequestRefused>();
  ExpectSame<HeadKeySet, pb::HeadKeySet>();
  ExpectSame<RecordHead, pb::RecordHead>();
  ExpectSame<RecoveryAccepted, pb::RecoveryAccepted>();
  ExpectSame<StateDigested, pb::StateDigested>();
  ExpectSame<ApiKeyMember, pb::ApiKeyMember>();
  ExpectSame<ApiKeyCreated, pb::ApiKeyCreated>();
  ExpectSame<ApiKeyRevoked, pb::ApiKeyRevoked>();
  ExpectSame<PolicyValue, pb::PolicyValue>();
  ExpectSame<PoliciesSet, pb::PoliciesSet>();
  ExpectSame<AccountRow, pb::AccountRow>();
  ExpectSame<AccountEntryRow, pb::AccountEntryRow>();
  ExpectSame<RequestRow, pb::RequestRow>();
  ExpectSame<MemberRow, pb::MemberRow>();
  ExpectSame<TradeRow, pb::TradeRow>();
  ExpectSame<TradeStepRow, pb::TradeStepRow>();
  ExpectSame<LimitRow, pb::LimitRow>();
  ExpectSame<ApiKeyRow, pb::ApiKeyRow>();
  ExpectSame<PoliciesRow, pb::PoliciesRow>();
  ExpectSame<MemberStatusSet, pb::MemberStatusSet>();
  ExpectSame<HoldsAfter, pb::HoldsAfter>();
  ExpectSame<TradeAuthorised, pb::TradeAuthorised>();
  ExpectSame<HoldSettled, pb::HoldSettled>();
  ExpectSame<HoldReleased, pb::HoldReleased>();
  ExpectSame<HoldExpired, pb::HoldExpired>();
  ExpectSame<TradeWithdrawn, pb::TradeWithdrawn>();
  ExpectSame<MemberStatusRow, pb::MemberStatusRow>();
  ExpectSame<CheckpointApiKey, pb::CheckpointApiKey>();
  ExpectSame<CheckpointHeader, pb::CheckpointHeader>();
  ExpectSame<CheckpointChunk, pb::CheckpointChunk>();
  ExpectSame<CheckpointMember, pb::CheckpointMember>();
  ExpectSame<CheckpointAccount, pb::CheckpointAccount>();
  ExpectSame<CheckpointTrade, pb::CheckpointTrade>();
  ExpectSame<FinishedTrade, pb::FinishedTrade>();
  ExpectSame<TaxId, pb::TaxId>();
  ExpectSame<WebhookEventType, pb::WebhookEventType>();
  ExpectSame<WebhookCreated, pb::WebhookCreated>();
  ExpectSame<WebhookStateSet, pb::WebhookStateSet>();
  ExpectSame<WebhookRow, pb::WebhookRow>();
  ExpectSame<CheckpointWebhook, pb::CheckpointWebhook>();
}

TEST(MessagesTest, NoneOfTheFormatIsMissing) {
  const auto count = [](const google::protobuf::FileDescriptor* file) {
    return file->message_type_count();
  };
  // Those above, and Event.
  EXPECT_EQ(count(pb::Record::descriptor()->file()) +
                count(pb::Event::descriptor()->file()) +
                count(pb::AccountRow::descriptor()->file()) +
                count(pb::CheckpointHeader::descriptor()->file()),
            58);
}

TEST(MessagesTest, EveryEventIsReadAsItsAlternative) {
  const auto* descriptor = pb::Event::descriptor();
  ASSERT_EQ(static_cast<size_t>(descriptor->field_count()),
            std::variant_size_v<Event>);
  for (int i = 0; i < descriptor->field_count(); ++i) {
    pb::Event event;
    Fill(event.GetReflection()->MutableMessage(&event, descriptor->field(i)));
    const absl::StatusOr<Event> ours = DecodeEvent(event.SerializeAsString());
    ASSERT_TRUE(ours.ok()) << ours.status();
    EXPECT_EQ(ours->index(), static_cast<size_t>(i));
    const std::string inner = event.GetReflection()
                                  ->GetMessage(event, descriptor->field(i))
                                  .SerializeAsString();
    std::visit([&](const auto& one) { EXPECT_EQ(Encode(one), inner); }, *ours);
  }
}

TEST(MessagesTest, NumbersAtTheirBounds) {
  for (const int64_t value : {INT64_MIN, INT64_MIN + 1, int64_t{-1}, int64_t{0},
                              int64_t{1}, INT64_MAX}) {
    pb::Posting posting;
    posting.set_minor_units(value);
    EXPECT_EQ(Decode<Posting>(posting.SerializeAsString())->minor_units, value);
    pb::CreditLineSet set;
    set.set_new_credit_line(value);
    EXPECT_EQ(Decode<CreditLineSet>(set.SerializeAsString())->new_credit_line,
              value);
  }
  for (const int32_t value : {INT32_MIN, -1, 0, 1, INT32_MAX}) {
    pb::Invoice invoice;
    invoice.set_issue_day(value);
    invoice.set_due_day(value);
    const absl::StatusOr<Invoice> ours =
        Decode<Invoice>(invoice.SerializeAsString());
    EXPECT_EQ(ours->issue_day, value);
    EXPECT_EQ(ours->due_day, value);
    EXPECT_FALSE(ours->supply_day.has_value());
    pb::InvoiceKey key;
    key.set_year(value);
    EXPECT_EQ(Decode<InvoiceKey>(key.SerializeAsString())->year, value);
  }
}

}  // namespace
}  // namespace skontro::verifier
