"""The pages of the browser app: Streamlit stays in here, and everything it shows comes from `assistant.service`."""
