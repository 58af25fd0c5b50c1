{{ indicator_as_reported("legal_documents_reviewed") }}
