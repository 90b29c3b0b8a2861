"""The HTTP interface: figures, rows and tables for programs, with the reader's own districts. No Streamlit."""
