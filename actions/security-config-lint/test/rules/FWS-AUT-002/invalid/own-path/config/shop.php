<?php

return [
    'token_minutes' => 43200,
];
