#include "server/text_fold.h"

#include <unicode/coll.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>

#include "absl/strings/ascii.h"
#include "ledger/base/check.h"

namespace skontro::server {
namespace {

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80;
  });
}

icu::UnicodeString Wide(std::string_view text) {
  SKONTRO_CHECK(text.size() <= std::numeric_limits<int32_t>::max());
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

// The letters apart from their accents, these then left out.
icu::UnicodeString WithoutAccents(const icu::UnicodeString& text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const normalizer =
      icu::Normalizer2::getNFKDInstance(error);
  SKONTRO_CHECK(U_SUCCESS(error));
  const icu::UnicodeString apart = normalizer->normalize(text, error);
  SKONTRO_CHECK(U_SUCCESS(error));
  icu::UnicodeString out;
  for (int32_t i = 0; i < apart.length(); i = apart.moveIndex32(i, 1)) {
    const UChar32 c = apart.char32At(i);
    if (u_charType(c) != U_NON_SPACING_MARK) out.append(c);
  }
  return out;
}

std::unique_ptr<icu::Collator> NewCollator() {
  UErrorCode error = U_ZERO_ERROR;
  std::unique_ptr<icu::Collator> collator(
      icu::Collator::createInstance(icu::Locale::getRoot(), error));
  SKONTRO_CHECK(U_SUCCESS(error));
  return collator;
}

}  // namespace

std::string FoldText(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::string folded;
  if (IsAscii(text)) {
    folded = std::string(text);
    absl::AsciiStrToLower(&folded);
    return folded;
  }
  WithoutAccents(Wide(text)).foldCase().toUTF8String(folded);
  return folded;
}

std::string SortKeyOf(std::string_view text, size_t length_max) {
  static const icu::Collator& collator = *NewCollator().release();
  const icu::UnicodeString wide = Wide(text);
  std::string key(length_max, '\0');
  const int32_t length =
      collator.getSortKey(wide, reinterpret_cast<uint8_t*>(key.data()),
                          static_cast<int32_t>(key.size()));
  // It tells how long the whole would be, a zero byte at its end included.
  key.resize(
      std::min(key.size(), static_cast<size_t>(std::max(length, 1)) - 1));
  return key;
}

}  // namespace skontro::server
