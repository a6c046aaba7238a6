"""Stand-ins for the APIs of three ERPs, as far as erp_invoices.py uses them: they
check what is asked, and answer as the ERPs' documentation says."""

import http.server
import json
import threading
import urllib.parse
import xmlrpc.server

KEY = "erp-secret"
# What every stand-in has: number, date, due, VAT id, total, open, currency, order.
# Two can be trades; the others are paid in part, of a stranger's currency, without
# a tax id, and with parts of a cent.
INVOICES = [
    ("API-1", "2026-02-27", "2026-03-27", "BE0123456749", "720.10", "720.10",
     "EUR", "PO-1"),
    ("API-2", "2026-03-05", "", "FR40303265045", "33.33", "33.33", "EUR", ""),
    ("API-3", "2026-03-05", "", "BE0123456749", "10.00", "4.00", "EUR", ""),
    ("API-4", "2026-03-05", "", "BE0123456749", "10.00", "10.00", "USD", ""),
    ("API-5", "2026-03-05", "", "", "10.00", "10.00", "EUR", ""),
    ("API-6", "2026-03-05", "", "BE0123456749", "10.005", "10.005", "EUR", ""),
]
LEFT_OUT = ["API-3", "API-4", "API-5", "API-6"]


class FakeErp:
    """A server on this machine; use as a context."""

    def __init__(self, server):
        self.server = server
        self.url = f"http://127.0.0.1:{server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


# --- Odoo ---------------------------------------------------------------------


class OdooHandler(xmlrpc.server.SimpleXMLRPCRequestHandler):
    rpc_paths = ("/xmlrpc/2/common", "/xmlrpc/2/object")


def odoo_execute(database, user, key, model, method, values, options):
    assert (database, user, key) == ("prod", 7, KEY), (database, user, key)
    if (model, method) == ("res.partner", "read"):
        assert options == {"fields": ["vat"]}, options
        return [{"id": one, "vat": INVOICES[one][3] or False}
                for one in values[0]]
    assert (model, method) == ("account.move", "search_read"), (model, method)
    assert sorted(values[0]) == [
        ["invoice_date", ">=", "2026-01-01"], ["move_type", "=", "out_invoice"],
        ["payment_state", "=", "not_paid"], ["state", "=", "posted"]], values
    found = [{
        "id": index, "name": number, "invoice_date": issued,
        "invoice_date_due": due or False, "partner_id": [index, "Partner"],
        # Odoo sends binary fractions.
        "amount_total": float(total), "amount_residual": float(left),
        "currency_id": [1, currency], "ref": order or False,
    } for index, (number, issued, due, _, total, left, currency, order)
        in enumerate(INVOICES)]
    assert set(options["fields"]) | {"id"} == set(found[0]), options
    return found[options["offset"]:options["offset"] + options["limit"]]


def odoo():
    server = xmlrpc.server.SimpleXMLRPCServer(
        ("127.0.0.1", 0), OdooHandler, allow_none=True, logRequests=False)
    server.register_function(
        lambda database, user, key, _:
        7 if (database, user, key) == ("prod", "skontro", KEY) else False,
        "authenticate")
    server.register_function(odoo_execute, "execute_kw")
    return FakeErp(server)


# --- ERPNext and Dolibarr -----------------------------------------------------


def erpnext_answer(path, query, headers):
    if headers["Authorization"] != f"token {KEY}":
        return 401, {}
    assert path == "/api/resource/Sales%20Invoice", path
    assert ["docstatus", "=", 1] in json.loads(query["filters"][0]), query
    assert "grand_total" in json.loads(query["fields"][0]), query
    start, length = (int(query[name][0])
                     for name in ("limit_start", "limit_page_length"))
    return 200, {"data": [{
        "name": number, "posting_date": issued, "due_date": due or None,
        "tax_id": tax_id or None, "grand_total": float(total),
        "outstanding_amount": float(left), "currency": currency,
        "po_no": order or None,
    } for number, issued, due, tax_id, total, left, currency, order
        in INVOICES][start:start + length]}


# Midnight in Paris, in seconds.
DAYS = {"2026-02-27": 1772146800, "2026-03-27": 1774566000,
        "2026-03-05": 1772665200, "": ""}


def dolibarr_answer(path, query, headers):
    if headers["DOLAPIKEY"] != KEY:
        return 401, {}
    party = path.removeprefix("/api/index.php/thirdparties/")
    if party != path:
        tax_id = INVOICES[int(party)][3]
        # One company is known by its SIREN alone.
        if tax_id.startswith("FR"):
            return 200, {"tva_intra": "", "idprof1": tax_id[4:]}
        return 200, {"tva_intra": tax_id or None, "idprof1": None}
    assert path == "/api/index.php/invoices", path
    assert query["status"] == ["unpaid"], query
    assert "t.datef:>=:'2026-01-01'" in query["sqlfilters"][0], query
    limit, page = int(query["limit"][0]), int(query["page"][0])
    found = [{
        "ref": number, "date": DAYS[issued], "date_lim_reglement": DAYS[due],
        "socid": str(index), "total_ttc": total + "000000",
        "remaintopay": left, "multicurrency_code": currency,
        "ref_client": order or None,
    } for index, (number, issued, due, _, total, left, currency, order)
        in enumerate(INVOICES)][page * limit:(page + 1) * limit]
    return (200, found) if found else (404, {})


def over_http(answer):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            path, _, query = self.path.partition("?")
            code, body = answer(path, urllib.parse.parse_qs(query),
                                self.headers)
            self.send_response(code)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_):
            pass

    return FakeErp(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))


ERPS = {"odoo": odoo, "erpnext": lambda: over_http(erpnext_answer),
        "dolibarr": lambda: over_http(dolibarr_answer)}
