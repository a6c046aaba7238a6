#include "fiscal/pdf_document.h"

#include <hpdf.h>

#include <algorithm>
#include <array>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "fiscal/statement_font.h"
#include "fiscal/utf8.h"
#include "ledger/base/check.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

constexpr char kEllipsis[] = "\xE2\x80\xA6";
constexpr char32_t kReplacement = 0xFFFD;

HPDF_REAL Points(int tenths) { return static_cast<HPDF_REAL>(tenths) / 10; }

// Hebrew to Arabic Extended-A, and their presentation forms.
bool RunsFromRightToLeft(char32_t c) {
  return (c >= 0x590 && c <= 0x8FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
         (c >= 0xFE70 && c <= 0xFEFE);
}

// The number in `text` from `at` on. REQUIRES: digits are there.
HPDF_INT Digits(std::string_view text, size_t at, size_t count) {
  HPDF_INT number = 0;
  for (const char c : text.substr(at, count)) {
    SKONTRO_CHECK(c >= '0' && c <= '9');
    number = 10 * number + (c - '0');
  }
  return number;
}

// "2025-07-01T00:05:00Z".
HPDF_Date DateOf(std::string_view created) {
  SKONTRO_CHECK(created.size() == 20);
  HPDF_Date date{};
  date.year = Digits(created, 0, 4);
  date.month = Digits(created, 5, 2);
  date.day = Digits(created, 8, 2);
  date.hour = Digits(created, 11, 2);
  date.minutes = Digits(created, 14, 2);
  date.seconds = Digits(created, 17, 2);
  date.ind = 'Z';
  return date;
}

}  // namespace

// libharu has no exceptions and no handler here: the first error stays in the
// document, every later call does nothing, and Write() says it.
class PdfDocument::Library {
 public:
  Library() : document_(HPDF_New(nullptr, nullptr)) {
    if (document_ == nullptr) return;
    HPDF_UseUTFEncodings(document_);
    HPDF_SetCompressionMode(document_, HPDF_COMP_ALL);
    LoadFont();
  }
  ~Library() {
    if (document_ != nullptr) HPDF_Free(document_);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  bool ok() const {
    return font_ != nullptr && HPDF_GetError(document_) == HPDF_OK;
  }
  absl::Status Error() const {
    return absl::InternalError(
        absl::StrFormat("the PDF was not made: error 0x%x of the library",
                        document_ == nullptr ? HPDF_FAILD_TO_ALLOC_MEM
                                             : HPDF_GetError(document_)));
  }

  HPDF_Doc document() const { return document_; }
  HPDF_Page page() const { return page_; }
  HPDF_Font font() const { return font_; }
  void AddPage() { page_ = HPDF_AddPage(document_); }

  bool Has(char32_t c) { return AdvanceOrNone(c) != kNone; }

  // In thousandths of the size; of U+FFFD where there is no such character.
  int Advance(char32_t c) {
    const int advance = AdvanceOrNone(c);
    return advance != kNone ? advance : AdvanceOrNone(kReplacement);
  }

 private:
  // As HPDF_LoadTTFontFromFile(), from memory, which this version has no
  // function for.
  void LoadFont() {
    const std::string_view bytes = StatementFont();
    HPDF_Stream stream = HPDF_MemStream_New(document_->mmgr, 0);
    if (stream == nullptr) return;
    if (HPDF_Stream_Write(
            stream,
            reinterpret_cast<HPDF_BYTE*>(const_cast<char*>(bytes.data())),
            static_cast<HPDF_UINT>(bytes.size())) != HPDF_OK) {
      HPDF_Stream_Free(stream);
      return;
    }
    // Owns the stream from here on, the document the definition.
    definition_ = HPDF_TTFontDef_Load(document_->mmgr, stream, HPDF_TRUE);
    if (definition_ == nullptr) return;
    if (HPDF_List_Add(document_->fontdef_list, definition_) != HPDF_OK) {
      HPDF_FontDef_Free(definition_);
      return;
    }
    // What marks a font as the part of one that a file needs.
    std::string tag = "SKONTR";
    HPDF_TTFontDef_SetTagName(definition_, tag.data());
    font_ = HPDF_GetFont(document_, definition_->base_font, "UTF-8");
  }

  static constexpr int16_t kNone = -1;
  static constexpr int16_t kUnknown = -2;

  // Kept once it was asked: the library looks through every range of the font.
  int AdvanceOrNone(char32_t c) {
    if (c >= advances_.size() || RunsFromRightToLeft(c)) return kNone;
    int16_t& advance = advances_[c];
    if (advance == kUnknown) {
      const auto code = static_cast<HPDF_UINT16>(c);
      advance = HPDF_TTFontDef_GetGlyphid(definition_, code) == 0
                    ? kNone
                    : HPDF_TTFontDef_GetCharWidth(definition_, code);
    }
    return advance;
  }

  HPDF_Doc document_;
  std::vector<int16_t> advances_ = std::vector<int16_t>(0x10000, kUnknown);
  HPDF_FontDef definition_ = nullptr;
  HPDF_Font font_ = nullptr;
  HPDF_Page page_ = nullptr;
};

namespace {

// Calls `take` with every code point of `text`, 0xFFFD for a byte that is none.
template <typename Take>
void ForEachCodePoint(std::string_view text, Take take) {
  for (size_t at = 0; at < text.size();) {
    const CodePoint c =
        DecodeUtf8(text, at).value_or(CodePoint{kReplacement, 1});
    if (!take(at, c)) return;
    at += c.length;
  }
}

}  // namespace

PdfDocument::PdfDocument(std::string_view title, std::string_view created)
    : library_(std::make_unique<Library>()) {
  if (!library_->ok()) return;
  HPDF_SetInfoAttr(library_->document(), HPDF_INFO_TITLE,
                   std::string(title).c_str());
  HPDF_SetInfoAttr(library_->document(), HPDF_INFO_CREATOR, "Skontro");
  HPDF_SetInfoDateAttr(library_->document(), HPDF_INFO_CREATION_DATE,
                       DateOf(created));
}

PdfDocument::~PdfDocument() = default;

void PdfDocument::AddPage() {
  if (!library_->ok()) return;
  library_->AddPage();
  if (!library_->ok()) return;
  HPDF_Page_SetWidth(library_->page(), Points(kPageWidth));
  HPDF_Page_SetHeight(library_->page(), Points(kPageHeight));
  HPDF_Page_SetLineWidth(library_->page(), Points(5));
}

void PdfDocument::Text(int x, int y, int size, std::string_view text) {
  if (!library_->ok() || text.empty()) return;
  std::string shown;
  ForEachCodePoint(text, [&](size_t at, CodePoint c) {
    if (library_->Has(c.value)) {
      shown.append(text.substr(at, c.length));
    } else {
      shown.append("\xEF\xBF\xBD");
    }
    return true;
  });
  HPDF_Page page = library_->page();
  HPDF_Page_BeginText(page);
  HPDF_Page_SetFontAndSize(page, library_->font(), Points(size));
  HPDF_Page_TextOut(page, Points(x), Points(kPageHeight - y), shown.c_str());
  HPDF_Page_EndText(page);
}

void PdfDocument::TextBefore(int x, int y, int size, std::string_view text) {
  Text(x - Width(text, size), y, size, text);
}

void PdfDocument::Rule(int x, int y, int width) {
  if (!library_->ok()) return;
  HPDF_Page page = library_->page();
  HPDF_Page_MoveTo(page, Points(x), Points(kPageHeight - y));
  HPDF_Page_LineTo(page, Points(x + width), Points(kPageHeight - y));
  HPDF_Page_Stroke(page);
}

int PdfDocument::Width(std::string_view text, int size) const {
  if (!library_->ok()) return 0;
  int64_t thousandths = 0;
  ForEachCodePoint(text, [&](size_t, CodePoint c) {
    thousandths += library_->Advance(c.value);
    return true;
  });
  return static_cast<int>((thousandths * size + 999) / 1'000);
}

std::string PdfDocument::Fit(std::string_view text, int size, int width) const {
  if (!library_->ok() || Width(text, size) <= width) return std::string(text);
  const int64_t room = int64_t{1'000} * (width - Width(kEllipsis, size));
  int64_t used = 0;
  size_t end = 0;
  ForEachCodePoint(text, [&](size_t at, CodePoint c) {
    used += int64_t{library_->Advance(c.value)} * size;
    if (used > room) return false;
    end = std::min(at + c.length, text.size());
    return true;
  });
  while (end > 0 && text[end - 1] == ' ') --end;
  return absl::StrCat(std::string(text.substr(0, end)), kEllipsis);
}

absl::Status PdfDocument::Write(const Sink& sink) {
  if (!library_->ok()) return library_->Error();
  HPDF_Doc document = library_->document();
  if (HPDF_SaveToStream(document) != HPDF_OK) return library_->Error();
  std::array<HPDF_BYTE, 64 * 1024> piece{};
  while (true) {
    auto size = static_cast<HPDF_UINT32>(piece.size());
    const HPDF_STATUS status =
        HPDF_ReadFromStream(document, piece.data(), &size);
    if (status != HPDF_OK && status != HPDF_STREAM_EOF) {
      return library_->Error();
    }
    if (size > 0) {
      SKONTRO_RETURN_IF_ERROR(sink(
          std::string_view(reinterpret_cast<const char*>(piece.data()), size)));
    }
    if (status == HPDF_STREAM_EOF || size == 0) return absl::OkStatus();
  }
}

}  // namespace skontro::fiscal
