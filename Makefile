# 食安把脉 Bamai. `make help` lists the commands; scripts/ holds what is longer than a line.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test check demo bench environment test-environment

SCALE ?= city
SEED ?= 1
ARGUMENTS ?=

help: ## 显示本帮助 / show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: environment ## 安装、必要时生成演示数据、在 8501 端口启动 / set up, build the demo if needed, serve on 8501
	@exec bash scripts/run.sh

test: test-environment ## 安装测试所需并运行全部测试 / set up and run every test
	@bash scripts/test_packages.sh
	.venv/bin/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGUMENTS)

check: test-environment ## 格式、规范、类型、导入约定 / format, lint, types, import contracts, dead code
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/vulture

demo: environment ## 重新生成演示数据：make demo SCALE=city|province|nation SEED=1 / build the demo database
	BAMAI_ENV=$${BAMAI_ENV:-demo} .venv/bin/python manage.py demo --replace --scale $(SCALE) --seed $(SEED)

bench: test-environment ## 测速 / measure speed
	.venv/bin/python bench/run.py $(ARGUMENTS)

environment:
	@bash scripts/environment.sh runtime

test-environment:
	@bash scripts/environment.sh tests
