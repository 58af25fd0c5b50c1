{{ indicator_as_reported("staff_document_system") }}
