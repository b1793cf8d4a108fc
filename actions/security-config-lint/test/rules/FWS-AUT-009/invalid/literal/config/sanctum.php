<?php

return [
    'stateful' => ['shop.example.com', 'localhost:3000', '::1'],
];
