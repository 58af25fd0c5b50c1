"""The command `tthc desk`: the desk page of this morning, on this machine.

Does not belong here: the page and its server (`reports.desk`).
"""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.app import app, settings_with
from pipelines.cli.serve import serve_until_stopped

PORT = 8001


@app.command()
def desk(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Cổng; 0 là cổng bất kỳ còn trống / port; 0: any")] = PORT,
    warehouse: Annotated[Path | None, typer.Option(help="Nơi có kho / where the warehouse lies")] = None,
) -> None:
    """Mở trang bàn làm việc buổi sáng, chỉ trên máy này. / This morning's desk page, on 127.0.0.1 only.

    Đêm qua ra sao, điểm và hạng, hồ sơ đang mở theo đơn vị, điểm đang mất, so với Cổng, báo cáo sắp đến hạn; in vừa
    một tờ A4. Từ đó mở được trang bước nào mất nhiều ngày (reports/steps.html). Mỗi lần chạy ghi lại trang
    (reports/index.html); `tthc report --desk` ghi lại ngay. / How the night went, score and rank, open dossiers by
    unit, lost points, ours beside the portal's, reports due; prints on one A4. It leads to the page of steps
    (reports/steps.html). Every run writes it anew (reports/index.html); so does `tthc report --desk` at once.

    Nội bộ: ai dùng máy này đều đọc được khi lệnh còn chạy; không gì khác của kho mở ra. / Internal: whoever uses this
    machine can read it while the command runs; nothing else of the warehouse is served.

    Ví dụ / examples: tthc desk · tthc desk --port 8090. Dừng bằng / stop with Ctrl+C.

    Mã thoát / exit: 0 · 1 chưa có trang, hoặc cổng bị chiếm (no page yet, or the port is taken).
    """
    from pipelines.reports.desk.serve import desk_server

    with desk_server(settings_with(warehouse_dir=warehouse), port) as server:
        serve_until_stopped(server, "serving_desk")
