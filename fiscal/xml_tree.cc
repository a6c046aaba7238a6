#include "fiscal/xml_tree.h"

#include <libxml/xmlreader.h>

#include <memory>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "fiscal/label.h"
#include "fiscal/utf8.h"
#include "ledger/base/check.h"
#include "ledger/base/reason.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

absl::Status Refused(std::string_view where, std::string_view value,
                     std::string_view allowed) {
  return ToStatus(FieldInvalid(where, value, allowed));
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// --- Before the parser sees the bytes ---------------------------------------

// The value of the pseudo-attribute `encoding` of an XML declaration.
std::optional<std::string_view> EncodingOf(std::string_view declaration) {
  const size_t at = declaration.find("encoding");
  if (at == std::string_view::npos) return std::nullopt;
  const size_t open = declaration.find_first_of("'\"", at);
  if (open == std::string_view::npos) return std::nullopt;
  const size_t close = declaration.find(declaration[open], open + 1);
  if (close == std::string_view::npos) return std::nullopt;
  return declaration.substr(open + 1, close - open - 1);
}

// Takes one comment or processing instruction off the start of `rest`. False
// when there is none.
bool TakeMisc(std::string_view* rest, std::string_view open,
              std::string_view close) {
  if (rest->substr(0, open.size()) != open) return false;
  const size_t end = rest->find(close, open.size());
  *rest = end == std::string_view::npos ? std::string_view()
                                        : rest->substr(end + close.size());
  return true;
}

// Looks at what stands before the root: the encoding it declares, and whether
// there is a DOCTYPE. The parser never gets to see one.
absl::Status CheckProlog(std::string_view bytes) {
  std::string_view rest = bytes;
  if (rest.substr(0, 3) == "\xEF\xBB\xBF") rest.remove_prefix(3);
  if (rest.substr(0, 5) == "<?xml" && rest.size() > 5 && IsBlank(rest[5])) {
    const std::optional<std::string_view> encoding =
        EncodingOf(rest.substr(0, rest.find("?>")));
    if (encoding.has_value() &&
        !absl::EqualsIgnoreCase(
            absl::string_view(encoding->data(), encoding->size()), "UTF-8")) {
      return Refused("encoding", Quoted(*encoding), "UTF-8");
    }
  }
  for (;;) {
    while (!rest.empty() && IsBlank(rest.front())) rest.remove_prefix(1);
    if (TakeMisc(&rest, "<?", "?>")) continue;
    if (TakeMisc(&rest, "<!--", "-->")) continue;
    break;
  }
  if (rest.substr(0, 2) == "<!") {
    return Refused("DOCTYPE", "a document type declaration",
                   "none: an invoice needs no entities and nothing that would "
                   "be fetched from elsewhere");
  }
  return absl::OkStatus();
}

absl::Status CheckBytes(std::string_view bytes, const XmlLimits& limits) {
  if (bytes.empty()) {
    return Refused("document", "no bytes", "one root element");
  }
  if (bytes.size() > limits.bytes_max) {
    return Refused("size", absl::StrCat(bytes.size(), " bytes"),
                   absl::StrCat("at most ", limits.bytes_max));
  }
  if (bytes.find('\0') != std::string_view::npos || !IsUtf8(bytes)) {
    return Refused("encoding", "a byte that is not UTF-8 text",
                   "UTF-8; save the file as UTF-8 and try again");
  }
  return CheckProlog(bytes);
}

// --- The walk ----------------------------------------------------------------

struct ReaderDeleter {
  void operator()(xmlTextReader* reader) const { xmlFreeTextReader(reader); }
};
using ReaderPtr = std::unique_ptr<xmlTextReader, ReaderDeleter>;

struct ParseError {
  int line = 0;
  std::string message;
};

#if LIBXML_VERSION >= 21200
using XmlErrorPtr = const xmlError*;
#else
using XmlErrorPtr = xmlError*;
#endif

// Keeps the first error; the library prints nothing.
void OnError(void* context, XmlErrorPtr error) {
  auto* first = static_cast<ParseError*>(context);
  if (error == nullptr || !first->message.empty()) return;
  first->line = error->line;
  first->message = error->message == nullptr ? "unknown" : error->message;
}

std::string_view View(const xmlChar* text) {
  return text == nullptr ? std::string_view()
                         : reinterpret_cast<const char*>(text);
}

// One pass over a document.
class Walk {
 public:
  Walk(std::string_view bytes, const XmlLimits& limits)
      : limits_(limits),
        reader_(xmlReaderForMemory(
            bytes.data(), static_cast<int>(bytes.size()), nullptr, "UTF-8",
            XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)) {
    SKONTRO_CHECK(reader_ != nullptr);
    xmlTextReaderSetStructuredErrorHandler(reader_.get(), OnError, &error_);
  }

  absl::StatusOr<std::pair<std::string, std::string>> Root() {
    for (;;) {
      SKONTRO_ASSIGN_OR_RETURN(const bool more, Next());
      if (!more) return Refused("document", "no element", "one root element");
      if (Type() == XML_READER_TYPE_ELEMENT) {
        return std::make_pair(
            Quoted(View(xmlTextReaderConstLocalName(reader_.get()))),
            Quoted(View(xmlTextReaderConstNamespaceUri(reader_.get()))));
      }
    }
  }

  absl::StatusOr<XmlNode> Tree(const XmlSelection& selection);

 private:
  // One open element.
  struct Open {
    XmlNode node;
    size_t path_length = 0;  // Of the parent's path.
    bool kept = false;       // Else it and all in it is walked past.
    bool leaf = false;
  };

  int Type() const { return xmlTextReaderNodeType(reader_.get()); }

  absl::StatusOr<bool> Next();
  absl::Status Enter(const XmlSelection& selection);
  absl::Status Leave();
  absl::Status ReadAttributes(XmlNode* node);
  absl::Status TakeText();

  std::string Line() const {
    return absl::StrCat("line ",
                        xmlTextReaderGetParserLineNumber(reader_.get()));
  }

  const XmlLimits limits_;
  ParseError error_;
  ReaderPtr reader_;
  size_t elements_ = 0;
  std::string path_;
  std::vector<Open> open_;
  std::optional<XmlNode> root_;
};

absl::StatusOr<bool> Walk::Next() {
  const int outcome = xmlTextReaderRead(reader_.get());
  if (outcome == 0) return false;
  if (outcome < 0) {
    return Refused(absl::StrCat("line ", error_.line), Quoted(error_.message),
                   "well-formed XML 1.0");
  }
  const int type = Type();
  if (type == XML_READER_TYPE_DOCUMENT_TYPE ||
      type == XML_READER_TYPE_ENTITY_REFERENCE ||
      type == XML_READER_TYPE_ENTITY) {
    return Refused(Line(), "a document type or an entity", "none");
  }
  if (type == XML_READER_TYPE_ELEMENT) {
    if (++elements_ > limits_.elements_max) {
      return Refused(Line(), absl::StrCat("element ", elements_),
                     absl::StrCat("at most ", limits_.elements_max));
    }
    if (xmlTextReaderDepth(reader_.get()) >= limits_.depth_max) {
      return Refused(Line(), "an element too deep",
                     absl::StrCat("at most ", limits_.depth_max, " levels"));
    }
    if (xmlTextReaderAttributeCount(reader_.get()) >
        static_cast<int>(limits_.attributes_max)) {
      return Refused(Line(), "an element with too many attributes",
                     absl::StrCat("at most ", limits_.attributes_max));
    }
  }
  return true;
}

absl::StatusOr<XmlNode> Walk::Tree(const XmlSelection& selection) {
  for (;;) {
    SKONTRO_ASSIGN_OR_RETURN(const bool more, Next());
    if (!more) break;
    switch (Type()) {
      case XML_READER_TYPE_ELEMENT: {
        const bool empty = xmlTextReaderIsEmptyElement(reader_.get()) == 1;
        SKONTRO_RETURN_IF_ERROR(Enter(selection));
        if (empty) SKONTRO_RETURN_IF_ERROR(Leave());
        break;
      }
      case XML_READER_TYPE_END_ELEMENT:
        SKONTRO_RETURN_IF_ERROR(Leave());
        break;
      case XML_READER_TYPE_TEXT:
      case XML_READER_TYPE_CDATA:
        SKONTRO_RETURN_IF_ERROR(TakeText());
        break;
      default:
        break;  // Comments, processing instructions, blanks.
    }
  }
  if (!root_.has_value()) {
    return Refused("document", "no such root element", "the one asked for");
  }
  return *std::move(root_);
}

absl::Status Walk::Enter(const XmlSelection& selection) {
  const std::string_view name =
      View(xmlTextReaderConstLocalName(reader_.get()));
  const std::string_view uri =
      View(xmlTextReaderConstNamespaceUri(reader_.get()));
  if (!open_.empty() && open_.back().leaf) {
    return Refused(path_, absl::StrCat("a child element ", Quoted(name)),
                   "text only");
  }
  Open open;
  open.path_length = path_.size();
  const bool parent_kept = open_.empty() || open_.back().kept;
  if (parent_kept && selection.IsNamespace(uri)) {
    if (!path_.empty()) path_.push_back('/');
    path_.append(name);
    open.leaf = selection.IsLeaf(path_);
    open.kept = open.leaf || selection.IsOnTheWay(path_);
  }
  if (open.kept) {
    open.node.name = std::string(name);
    SKONTRO_RETURN_IF_ERROR(ReadAttributes(&open.node));
  } else {
    path_.resize(open.path_length);
  }
  open_.push_back(std::move(open));
  return absl::OkStatus();
}

absl::Status Walk::Leave() {
  SKONTRO_CHECK(!open_.empty());
  Open open = std::move(open_.back());
  open_.pop_back();
  if (open.kept) {
    open.node.text = CollapseBlanks(open.node.text);
    if (!IsPlainText(open.node.text)) {
      return Refused(path_, "a control character", "text without them");
    }
    if (open_.empty()) {
      root_ = std::move(open.node);
    } else {
      open_.back().node.children.push_back(std::move(open.node));
    }
  }
  path_.resize(open.path_length);
  return absl::OkStatus();
}

absl::Status Walk::ReadAttributes(XmlNode* node) {
  while (xmlTextReaderMoveToNextAttribute(reader_.get()) == 1) {
    if (xmlTextReaderConstNamespaceUri(reader_.get()) != nullptr) continue;
    const std::string_view name =
        View(xmlTextReaderConstLocalName(reader_.get()));
    const std::string_view value = View(xmlTextReaderConstValue(reader_.get()));
    if (name.size() + value.size() > limits_.text_length_max) {
      return Refused(path_,
                     absl::StrCat("attribute of ", value.size(), " bytes"),
                     absl::StrCat("at most ", limits_.text_length_max));
    }
    std::string collapsed = CollapseBlanks(value);
    if (!IsPlainText(collapsed)) {
      return Refused(absl::StrCat(path_, "/@", Quoted(name)),
                     "a control character", "text without them");
    }
    node->attributes.emplace_back(name, std::move(collapsed));
  }
  xmlTextReaderMoveToElement(reader_.get());
  return absl::OkStatus();
}

absl::Status Walk::TakeText() {
  if (open_.empty() || !open_.back().leaf) return absl::OkStatus();
  std::string& text = open_.back().node.text;
  const std::string_view more = View(xmlTextReaderConstValue(reader_.get()));
  if (text.size() + more.size() > limits_.text_length_max) {
    return Refused(
        path_,
        absl::StrCat("text of more than ", limits_.text_length_max, " bytes"),
        "a shorter one");
  }
  text.append(more);
  return absl::OkStatus();
}

}  // namespace

XmlSelection::XmlSelection(std::vector<std::string> namespaces,
                           std::vector<std::string> leaves) {
  for (std::string& uri : namespaces) namespaces_.insert(std::move(uri));
  for (std::string& leaf : leaves) {
    for (size_t slash = leaf.find('/'); slash != std::string::npos;
         slash = leaf.find('/', slash + 1)) {
      ways_.insert(leaf.substr(0, slash));
    }
    leaves_.insert(std::move(leaf));
  }
}

bool XmlSelection::IsNamespace(std::string_view uri) const {
  return namespaces_.contains(uri);
}

bool XmlSelection::IsLeaf(std::string_view path) const {
  return leaves_.contains(path);
}

bool XmlSelection::IsOnTheWay(std::string_view path) const {
  return ways_.contains(path);
}

absl::StatusOr<std::pair<std::string, std::string>> ReadXmlRoot(
    std::string_view bytes, const XmlLimits& limits) {
  SKONTRO_RETURN_IF_ERROR(CheckBytes(bytes, limits));
  return Walk(bytes, limits).Root();
}

absl::StatusOr<XmlNode> ReadXmlTree(std::string_view bytes,
                                    const XmlSelection& selection,
                                    const XmlLimits& limits) {
  SKONTRO_RETURN_IF_ERROR(CheckBytes(bytes, limits));
  return Walk(bytes, limits).Tree(selection);
}

}  // namespace skontro::fiscal
